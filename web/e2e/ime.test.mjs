// Enter that ends a composition is not Enter: in every box where one types Chinese, nothing is sent and nothing is opened by it.
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { startDesk } from './desk/server.mjs';
import { ask, demoAdmin, openInbox, settle, visitor } from './desk/api.mjs';
import { launch, openPage, pressed, windowOf, windowOfAgent } from './desk/browser.mjs';
import { startHost } from './desk/host.mjs';

let desk, host, browser, admin, inbox, agent;
const handled = (said) => /status of 401 .*\/api\/v1\/session\)$/.test(said) || /status of 403 .*\/contact\)$/.test(said);
before(async () => {
  desk = await startDesk({ flags: ['--demo'] });
  host = await startHost();
  admin = await demoAdmin(desk);
  await settle(admin, { locale: 'en', undo_seconds: 0 });
  inbox = await openInbox(admin, host.url);
  Object.assign(host, { inbox: inbox.id, desk: desk.url });
  browser = await launch();
  const context = await windowOfAgent(browser, desk.url, admin);
  agent = await openPage(context, [desk.url], handled);
});
after(async () => {
  await browser?.close();
  await host?.close();
  await desk?.close();
});

/**
 * Types as a pinyin input method does: letters are composed, and Enter takes them as they stand. Chromium says keyCode 229 and
 * isComposing; Safari ends the composition before the key, so there only the 229 is left: both are played.
 */
async function compose(page, text, target = page) {
  const cdp = await page.context().newCDPSession(target);
  const enter = (code) => ['rawKeyDown', 'keyUp'].reduce((before, type) => before.then(() => cdp.send('Input.dispatchKeyEvent', { type, key: 'Enter', code: 'Enter', windowsVirtualKeyCode: code, nativeVirtualKeyCode: code })), Promise.resolve());
  await cdp.send('Input.imeSetComposition', { text: 'tixian', selectionStart: 6, selectionEnd: 6 });
  await enter(13);
  await enter(229);
  await cdp.send('Input.insertText', { text });
  await enter(229);
  await cdp.detach();
  // What would have been sent by mistake would be there by now.
  await sleep(400);
}

test('a visitor', { timeout: 60_000 }, async () => {
  const page = await openPage(await windowOf(browser, { locale: 'zh-CN' }), [desk.url, host.url]);
  await page.goto(host.url);
  await page.getByRole('button').click();
  const chat = page.frameLocator('iframe');
  const box = chat.getByRole('textbox', { name: '消息' });
  await box.click();
  await compose(page, '提现');
  assert.equal(await box.inputValue(), '提现');
  assert.equal(await chat.getByText('已送达').count(), 0, 'the composition was sent');
  await box.press('Enter');
  await chat.getByRole('article').filter({ hasText: '提现' }).getByText('已送达').waitFor();
  assert.equal(await box.inputValue(), '');
  assert.deepEqual(page.faults, []);
});

test('an agent who answers, with the keys that send', { timeout: 60_000 }, async () => {
  const who = await visitor(desk, inbox);
  const { id } = await ask(who, '手续费怎么算？');
  await agent.goto(`${desk.url}/inbox/all/${id}`);
  const box = agent.getByRole('textbox', { name: /^Reply to/ });
  await box.click();
  await compose(agent, '提现免手续费');
  assert.match(await box.inputValue(), /提现免手续费/);
  assert.equal(await agent.getByRole('article').count(), 1, 'the composition was sent');
  await box.press('Control+Enter');
  await agent.getByRole('log').getByText('提现免手续费').waitFor();
});

test('an agent who searches', { timeout: 60_000 }, async () => {
  await agent.goto(`${desk.url}/search`);
  const box = agent.getByRole('searchbox');
  await box.fill('提现');
  await agent.getByRole('listitem').first().waitFor();
  await box.fill('');
  await box.click();
  await compose(agent, '提现');
  assert.equal(await box.inputValue(), '提现');
  assert.match(agent.url(), /\/search/);
});

test('an agent in the command palette', { timeout: 60_000 }, async () => {
  await agent.goto(`${desk.url}/inbox/mine`);
  await agent.getByRole('heading', { level: 1 }).waitFor();
  const box = agent.getByRole('combobox').or(agent.getByRole('dialog').getByRole('textbox')).first();
  await pressed(agent, 'Control+k', box);
  const before = agent.url();
  await compose(agent, 'settings');
  assert.equal(agent.url(), before, 'the palette did something');
  assert.ok(await box.isVisible(), 'the palette closed');
});

test('nothing went wrong on the way', () => assert.deepEqual(agent.faults, []));
