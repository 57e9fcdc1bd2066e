// Every screen that the console has, and the chat, as the router knows them: light and dark, Chinese and English, phone and desk; once on
// the narrowest phone and once in a language that is written from right to left.
// No violation of accessibility, no error, no broken policy, no stranger asked, nothing wider than the screen. Each is kept as
// a picture, but in CI.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { after, before, describe, test } from 'node:test';
import { routes } from '../console/src/routes.mjs';
import { database, startDesk } from './desk/server.mjs';
import { demoAdmin, openInbox, settle } from './desk/api.mjs';
import { broken, launch, openPage, pressed, SCREENS, windowOf } from './desk/browser.mjs';
import { startHost } from './desk/host.mjs';
import { isTurned, mirror } from './desk/mirror.mjs';

// What a screen looks like does not depend on the database: there, each is opened once.
const all = database === 'sqlite';
/** Where nobody looks at them, a fifth of the time goes into drawing them. */
const pictures = !process.env.CI;
/** The pictures of docs/screens.md: English, and Chinese where the test speaks it. */
const ALBUM = /^(.+)-en-1440$|^(chat\.talk|chat\.rating)-zh-CN-1440$/;
const BOTH = ['light', 'dark'];
/** All that axe asks of colours up to level AA. */
const COLOURS = ['color-contrast', 'link-in-text-block'];
const PASSES = all ? [
  { locale: 'zh-CN', width: 1440, height: 900, themes: BOTH },
  { locale: 'zh-CN', width: 390, height: 844, themes: BOTH },
  { locale: 'en', width: 1440, height: 900, themes: BOTH },
  { locale: 'en', width: 390, height: 844, themes: BOTH },
  { locale: 'zh-CN', width: 320, height: 640, themes: ['dark'] },
  { locale: 'en', width: 1440, height: 900, themes: ['light'], turned: true },
  { locale: 'en', width: 320, height: 640, themes: ['light'], turned: true },
] : [{ locale: 'zh-CN', width: 1440, height: 900, themes: ['light'] }];

/** Name, where (an address, or a route's name), what is done there, and whether a phone has no place for it. */
const part = (name) => [`settings.inbox.${name}`, `settings.inbox?part=${name}`, (page) => page.getByRole('tab', { selected: true }).first().waitFor()];
const STATES = [
  ['search.found', '/search?q=提现', (page) => page.locator('mark').first().waitFor()],
  ['palette', '/inbox/all', async (page) => { await page.getByRole('link').first().waitFor(); await pressed(page, 'Control+k', page.getByRole('option').first()); }],
  ['keys', '/inbox/all', async (page) => { await page.getByRole('link').first().waitFor(); await pressed(page, '?', page.getByRole('dialog')); }],
  ['assign', 'conversation', async (page) => { await page.getByRole('log').waitFor(); await page.keyboard.press('a'); await page.getByRole('option').first().waitFor(); }],
  ['snooze', 'conversation', async (page) => { await page.getByRole('log').waitFor(); await page.keyboard.press('Shift+s'); await page.getByRole('dialog').first().waitFor(); }, 'not on a phone'],
  ['note', 'conversation', async (page) => { await page.getByRole('log').waitFor(); await page.keyboard.press('n'); await page.keyboard.type('@'); }],
  ['selected', '/inbox/all', async (page) => { await page.getByRole('link').first().waitFor(); await page.keyboard.press('j'); await page.keyboard.press('x'); await page.keyboard.press('Shift+j'); }],
  ['settings.tag', '/settings/tags', (page) => page.getByRole('main').getByRole('button').first().click()],
  ['settings.invite', '/settings/agents', (page) => page.getByRole('main').getByRole('button').first().click()],
  ...['widget', 'hours', 'identity', 'install'].map(part),
  ['settings.mail', () => `/settings/inboxes/${mail.id}?part=mail`, (page) => page.getByRole('button', { name: 'MX', exact: true }).waitFor()],
  ['mail.new', '/inbox/all', async (page) => { await page.getByRole('link').first().waitFor(); await pressed(page, 'c', page.getByRole('dialog')); }],
];

let desk, host, browser, admin, inbox, mail, conversation;
before(async () => {
  desk = await startDesk({ flags: ['--demo'] });
  host = await startHost();
  admin = await demoAdmin(desk);
  inbox = await openInbox(admin, host.url);
  mail = await admin.post('/api/v1/inboxes', { name: '客服邮箱', channel: 'email' });
  await admin.post('/api/v1/channels', { inbox: mail.id, kind: 'listener', name: 'MX', addresses: ['support@harborix.test'] });
  conversation = (await admin.get('/api/v1/conversations?view=mine&limit=1')).items[0] ?? (await admin.get('/api/v1/conversations?view=all&limit=1')).items[0];
  Object.assign(host, { inbox: inbox.id, desk: desk.url });
  browser = await launch();
});
after(async () => {
  assert.deepEqual(desk?.errors() ?? [], []);
  await browser?.close();
  await host?.close();
  await desk?.close();
});

/** The browser's own line about an answer that the screen is there to explain. */
const meant = (said) => /status of 401 .*\/api\/v1\/session\)$/.test(said) || /status of 410 .*\/links\/expired\)$/.test(said) || /status of 403 .*\/contact\)$/.test(said);

/** An address as it stands; or a route's, or its name's, with the example filled in: `first` is the first there is. */
function addressOf(route) {
  if (typeof route === 'function') return route();
  if (typeof route === 'string') {
    if (route.startsWith('/')) return route;
    const [name, query] = route.split('?');
    return addressOf(routes.find((one) => one.name === name)) + (query ? `?${query}` : '');
  }
  const first = { conversation: conversation.id, id: inbox.id };
  return route.path.replace(/:(\w+)/g, (_, name) => (route.example[name] === 'first' ? first[name] : route.example[name]));
}

const signedIn = () => {
  const [name, ...value] = admin.headers.cookie.split('=');
  return [{ name, value: value.join('='), url: desk.url }];
};

/** Looks at a page in these themes and says what is wrong with it. */
async function look(page, name, themes) {
  const found = [];
  const [, english, chinese] = ALBUM.exec(name) ?? [];
  const shown = english ?? chinese;
  await page.waitForLoadState('networkidle');
  for (const theme of themes) {
    await page.emulateMedia({ colorScheme: theme, reducedMotion: 'reduce' });
    if (pictures) await page.screenshot({ path: `${SCREENS}${name}-${theme}.png` });
    if (pictures && shown && theme === 'light') await page.screenshot({ path: `${SCREENS}album/${shown}.jpg`, type: 'jpeg', quality: 70 });
    // Themes differ in colours alone: what else there is to say was said of the first.
    const lines = await broken(page, theme === themes[0] ? undefined : COLOURS);
    found.push(...lines.map((one) => `${theme}: ${one}`));
  }
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
  if (wide > 0) found.push(`${wide} px wider than the screen`);
  found.push(...page.faults.splice(0));
  return found;
}

test('what is broken is found, with frames and without', async () => {
  const context = await windowOf(browser);
  const page = await context.newPage();
  for (const frame of ['', '<iframe title="inner" srcdoc="<html lang=en><title>inner</title><p>inner"></iframe>']) {
    await page.setContent(`<!doctype html><html lang="en"><title>broken</title><main><h1>Broken</h1><img src="data:,"><p style="color:#999;background:#fff">pale${frame}`);
    for (const [rules, meant] of [[undefined, ['color-contrast', 'image-alt']], [COLOURS, ['color-contrast']]]) {
      assert.deepEqual((await broken(page, rules)).map((line) => line.split(' ')[0]).sort(), meant);
    }
  }
  await context.close();
});

for (const { locale, width, height, themes, turned = false } of PASSES) {
  const spoken = turned ? 'x-mirror' : locale;
  // Three screens at a time: one is looked at while the others load.
  describe(`${spoken} at ${width} px`, { concurrency: 3 }, () => {
    let inside, outside;
    const see = (page, name) => look(page, `${name}-${spoken}-${width}`, themes);
    before(async () => {
      await settle(admin, { locale, theme: 'auto' });
      inside = await windowOf(browser, { locale, width, height });
      outside = await windowOf(browser, { locale, width, height });
      await inside.addCookies(signedIn());
      if (turned) await Promise.all([inside, outside].map(mirror));
    });
    after(async () => { await inside?.close(); await outside?.close(); });

    for (const route of routes) {
      test(route.name, { timeout: 60_000 }, async () => {
        const page = await openPage(route.open ? outside : inside, [desk.url], meant);
        await page.goto(desk.url + addressOf(route));
        await page.getByRole('heading').first().waitFor();
        assert.equal(await page.evaluate(() => document.documentElement.lang), locale);
        if (turned) assert.ok(isTurned(await page.locator('body').innerText()), 'no string was turned');
        assert.deepEqual(await see(page, route.name), []);
        await page.close();
      });
    }

    // What opens over a screen, or only after something was done there; texts differ by language, shapes do not.
    for (const [name, address, open, wide] of locale === 'zh-CN' || turned || (pictures && width > 640) ? STATES : []) {
      if (!wide || width > 640) test(name, { timeout: 60_000 }, async () => {
        const page = await openPage(inside, [desk.url], meant);
        await page.goto(desk.url + addressOf(address));
        await page.getByRole('heading').first().waitFor();
        await open(page);
        assert.deepEqual(await see(page, name), []);
        await page.close();
      });
    }

    for (const [name, address] of [['chat', () => `${desk.url}/chat?inbox=${inbox.id}`], ['demo', () => `${desk.url}/demo`]]) {
      test(name, { timeout: 60_000 }, async () => {
        const page = await openPage(outside, [desk.url], meant);
        await page.goto(address());
        await page.getByRole('heading').first().waitFor();
        assert.deepEqual(await see(page, name), []);
        await page.close();
      });
    }

    if (locale === 'zh-CN') test('chat with an answer, and the question how it was', { timeout: 60_000 }, async () => {
      const context = await windowOf(browser, { locale, width, height });
      const page = await openPage(context, [desk.url], meant);
      await page.goto(`${desk.url}/chat?inbox=${inbox.id}`);
      await page.getByRole('textbox', { name: '消息' }).fill('提现 W-552018 两小时了还在审核，能看一下吗？');
      await page.getByRole('textbox', { name: '消息' }).press('Enter');
      await page.getByText('已送达').waitFor();
      // The one that nobody has answered yet; others may be newer on a desk where something is always going on.
      const { id } = (await admin.get('/api/v1/conversations?view=all&sort=newest&limit=50')).items.find((one) => one.preview.startsWith('提现 W-552018'));
      await admin.post(`/api/v1/conversations/${id}/replies`, { client_id: randomUUID(), text: '查到了，链上已确认 12 次，请刷新余额。', seen_seq: 0, hold_ms: 0, force: true });
      await page.getByText('链上已确认').waitFor();
      assert.deepEqual(await see(page, 'chat.talk'), []);
      const { directory } = await admin.get('/api/v1/session');
      await admin.post(`/api/v1/conversations/${id}/actions`, { action: { type: 'status', status: directory.statuses.find((one) => one.category === 'resolved').id } });
      await page.getByRole('group').first().waitFor();
      assert.deepEqual(await see(page, 'chat.rating'), []);
      await context.close();
    });

    test('chat on a page of another site', { timeout: 60_000 }, async () => {
      const page = await openPage(outside, [desk.url, host.url], meant);
      await page.goto(host.url);
      await page.getByRole('button').click();
      await page.frameLocator('iframe').getByRole('textbox').waitFor();
      assert.deepEqual(await see(page, 'widget'), []);
      await page.close();
    });
  });
}
