// Copies the screenshots that the documents show from the last run into docs/screens, and lays out docs/screens.md, which shows every
// screen there is. Called by `make screens`.
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { routes } from '../console/src/routes.mjs';

const chosen = {
  inbox: 'conversation-zh-CN-1440-light', 'inbox-dark': 'conversation-en-1440-dark', phone: 'conversation-zh-CN-390-light',
  widget: 'widget-zh-CN-1440-light', 'chat-phone': 'chat.talk-zh-CN-390-light',
  'mail-view': 'mailview-light-1440', 'mail-answer': 'letter', 'mail-join': 'join-light-1440', 'mail-third': 'ask-third',
};
const root = new URL('../../', import.meta.url);
mkdirSync(new URL('docs/screens/', root), { recursive: true });
for (const [name, from] of Object.entries(chosen)) copyFileSync(new URL(`target/screens/${from}.png`, root), new URL(`docs/screens/${name}.png`, root));

const album = new URL('docs/screens/all/', root);
const taken = new URL('target/screens/album/', root);
const drawn = readdirSync(taken).map((file) => file.replace(/\.jpg$/, '')).sort();
rmSync(album, { recursive: true, force: true });
mkdirSync(album);
for (const name of drawn) copyFileSync(new URL(`${name}.jpg`, taken), new URL(`${name}.jpg`, album));

const pathOf = (name) => routes.find((route) => route.name === name)?.path;
const missing = routes.filter((route) => !drawn.includes(route.name));
if (missing.length > 0) throw new Error(`not drawn: ${missing.map((route) => route.name).join(', ')}`);
/** In the router's order, each followed by what opens on it; what is no route of the console comes last. */
const order = (name) => {
  const at = routes.findLastIndex((route) => name === route.name || name.startsWith(`${route.name}.`));
  return at < 0 ? routes.length : at;
};
const cells = drawn.toSorted((a, b) => order(a) - order(b)).map((name) => {
  const path = pathOf(name);
  return `![${name}](screens/all/${name}.jpg) ${path ? `\`${path}\`` : name}`;
});
const rows = [];
for (let at = 0; at < cells.length; at += 2) rows.push(`| ${cells[at]} | ${cells[at + 1] ?? ''} |`);
writeFileSync(new URL('docs/screens.md', root), `# Screens

Every screen of the console as the router knows it, what opens over them, and the chat, drawn from the demo desk by \`make screens\`. The
same run looks at each of them in 简体中文 and English, light and dark, at 1440 and 390 pixels, and for what it breaks of WCAG.

| | |
| --- | --- |
${rows.join('\n')}
`);
