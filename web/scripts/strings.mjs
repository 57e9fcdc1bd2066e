// Checks every string file of the console and the widget: the same keys in each locale, the same names inside braces, no key twice,
// nothing left in English, Chinese punctuation in Chinese texts, and a zh-TW that is written, not copied. Exit status 1 names each fault.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const web = fileURLToPath(new URL('..', import.meta.url));
const LOCALES = ['zh-CN', 'zh-TW', 'en'];
// Texts that are the same in every language: names, formats, symbols.
const PROPER = /^(?:[\s\d{}|()·:/%+–—…#.,-]*|Candor|API|App|CSP|ID|UID|HS256|EdDSA|JWT|Node\.js|Python|Go|VIP|KYC|STARTTLS)$/;
const HAN = /\p{Script=Han}/u;

const faults = [];
const fault = (where, what) => faults.push(`${where}: ${what}`);

/** The texts of a file: every property of its object literals whose value is a plain string. */
function textsOf(path) {
  const source = ts.createSourceFile(path, readFileSync(path, 'utf8'), ts.ScriptTarget.Latest, true);
  const texts = new Map();
  const visit = (node) => {
    if (ts.isPropertyAssignment(node) && ts.isStringLiteralLike(node.initializer)) {
      const key = ts.isStringLiteralLike(node.name) || ts.isIdentifier(node.name) ? node.name.text : node.name.getText();
      if (texts.has(key)) fault(path, `"${key}" stands there twice`);
      texts.set(key, node.initializer.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return texts;
}

const names = (text) => [...text.matchAll(/\{(\w+)/g)].map((found) => found[1]).sort().join(' ');
/** The text without what is not prose: names in braces, code, addresses. */
const prose = (text) => text.replace(/\{\w+\|([^}]*)\}/g, '$1').replace(/\{\w+\}/g, 'x').replace(/https?:\/\/\S+|<\/?\w+>|\b[\w-]+(?:\.[\w-]+)+\b/g, 'x');

function checkChinese(where, key, text) {
  if (!HAN.test(text)) return;
  const words = prose(text);
  const ascii = /[\p{Script=Han}」』）][,.;:!?()]|[,;:!?()][\p{Script=Han}「『（]/u.exec(words);
  if (ascii) fault(where, `"${key}" has ASCII punctuation beside Chinese: ${text}`);
  if (/\.\.\.|"|'/.test(words)) fault(where, `"${key}" has ASCII quotes or dots: ${text}`);
  const tight = /[\p{Script=Han}][A-Za-z0-9#]|[A-Za-z0-9][\p{Script=Han}]/u.exec(prose(text).replace(/x/g, ''));
  if (tight) fault(where, `"${key}" needs a space between Chinese and Latin letters or figures: ${text}`);
}

/** One set of files: `paths[locale]`, of which zh-CN is the source. */
function checkSet(name, paths) {
  const sets = Object.fromEntries(LOCALES.map((locale) => [locale, textsOf(paths[locale])]));
  const source = sets['zh-CN'];
  for (const locale of LOCALES) {
    for (const key of source.keys()) if (!sets[locale].has(key)) fault(paths[locale], `"${key}" is missing`);
    for (const key of sets[locale].keys()) if (!source.has(key)) fault(paths[locale], `"${key}" is not in zh-CN`);
    for (const [key, text] of sets[locale]) {
      if (text.trim() === '') fault(paths[locale], `"${key}" is empty`);
      if (source.has(key) && names(text) !== names(source.get(key))) fault(paths[locale], `"${key}" has {${names(text)}}, zh-CN has {${names(source.get(key))}}`);
      if (locale === 'en') {
        if (HAN.test(text)) fault(paths[locale], `"${key}" has Chinese in it: ${text}`);
      } else {
        checkChinese(paths[locale], key, text);
        if (text === sets.en.get(key) && !PROPER.test(text)) fault(paths[locale], `"${key}" is left in English: ${text}`);
      }
    }
  }
  const longer = [...source].filter(([, text]) => (text.match(/\p{Script=Han}/gu) ?? []).length >= 4);
  const copied = longer.filter(([key, text]) => sets['zh-TW'].get(key) === text).length;
  if (longer.length >= 10 && copied / longer.length > 0.35) fault(paths['zh-TW'], `${copied} of ${longer.length} longer texts are those of zh-CN`);
  return [...source.keys()].map((key) => [key, name]);
}

let checked = 0;
for (const app of ['console', 'widget']) {
  const root = join(web, app, 'src/strings');
  if (!existsSync(root)) continue;
  const split = existsSync(join(root, 'zh-CN'));
  const sets = split
    ? readdirSync(join(root, 'zh-CN')).filter((file) => file.endsWith('.ts')).map((file) => [file, Object.fromEntries(LOCALES.map((locale) => [locale, join(root, locale, file)]))])
    : [['strings', Object.fromEntries(LOCALES.map((locale) => [locale, join(root, `${locale}.ts`)]))]];
  const owner = new Map();
  for (const [name, paths] of sets) {
    const missing = LOCALES.filter((locale) => !existsSync(paths[locale]));
    if (missing.length > 0) { fault(name, `no file for ${missing.join(', ')}`); continue; }
    for (const [key, file] of checkSet(name, paths)) {
      if (owner.has(key)) fault(`${app}/${file}`, `"${key}" is also in ${owner.get(key)}`);
      owner.set(key, file);
      checked += 1;
    }
  }
}

for (const each of faults) console.error(each.replace(`${web}/`, '').replace(web, ''));
console.log(`${checked} texts in ${LOCALES.length} languages, ${faults.length} ${faults.length === 1 ? 'fault' : 'faults'}.`);
process.exitCode = faults.length > 0 ? 1 : 0;
