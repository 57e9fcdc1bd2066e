// The whole story: a customer writes from a page of another site, an agent answers, and nothing is forgotten.
// One desk, steps in order; each step needs the one before it.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { adminLink, database, startDesk } from './desk/server.mjs';
import { PASSWORD, jwt, openInbox, page as ownPage } from './desk/api.mjs';
import { launch, openPage, violations, windowOf } from './desk/browser.mjs';
import { startHost } from './desk/host.mjs';
import { steps } from './desk/steps.mjs';
import { until } from './desk/until.mjs';

const WORDS = '我的提現還沒到帳，訂單 W-552018';
const ANSWER = 'W-552018 has left our side: block 21,940,117, 12 confirmations.';
const NOTE = 'internal: chain explorer checked, do not tell the fee';

let desk, host, browser, inbox, agent, customer, widget, second;
const step = steps('story', () => ({ agent, customer, second }));

/** The browser says so when a visitor or an agent is not signed in yet, or may not see a record yet; the pages handle it. */
const handled = (said) => /status of 401 .*\/api\/v1\/session\)$/.test(said) || /status of 403 .*\/contact\)$/.test(said);
/** While the server is dead, every request is refused; that is the point. */
let dead = false;
const excuse = (said) => handled(said) || (dead && /ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_SOCKET_NOT_CONNECTED|ERR_INCOMPLETE|ERR_EMPTY_RESPONSE|WebSocket/.test(said));

before(async () => {
  desk = await startDesk();
  host = await startHost();
  // The customer's browser keeps no cookie of a third party, as Safari and Firefox do today.
  browser = await launch('--test-third-party-cookie-phaseout');
});
after(async () => {
  await browser?.close();
  await host?.close();
  await desk?.close();
});

const frameOf = (page) => until('the chat is in its frame', () => page.frames().find((frame) => frame.url().includes('/widget/')));
const bubble = (place, text) => place.getByRole('article').filter({ hasText: text });

step('the first administrator comes in by the printed link', async () => {
  agent = await openPage(await windowOf(browser, { locale: 'en' }), [desk.url], excuse);
  await agent.goto(adminLink(desk));
  await agent.getByLabel('Email').fill('ada@desk.test');
  await agent.getByLabel('Name').fill('Ada Lin');
  await agent.getByLabel('New password', { exact: true }).fill(PASSWORD);
  await agent.getByRole('button', { name: 'Create and enter' }).click();
  await agent.waitForURL('**/inbox/mine');

  const cookie = (await agent.context().cookies(desk.url)).map(({ name, value }) => `${name}=${value}`).join('; ');
  const admin = ownPage(desk).with({ cookie });
  inbox = await openInbox(admin, host.url);
  Object.assign(host, { inbox: inbox.id, desk: desk.url });
  await agent.goto(`${desk.url}/inbox/unassigned`);
  await agent.getByRole('heading', { name: 'Everything is taken' }).waitFor();
});

step('a customer writes in the chat of a page on another site, without any cookie', async () => {
  customer = await openPage(await windowOf(browser, { locale: 'zh-TW' }), [desk.url, host.url], excuse);
  await customer.goto(host.url);
  await customer.getByRole('button', { name: '開啟線上客服' }).click();
  widget = await frameOf(customer);
  const kept = await widget.evaluate(() => { document.cookie = 'probe=1; SameSite=None; Secure; Path=/'; return document.cookie; });
  assert.equal(kept, '', 'third-party cookies must be blocked in this run, or it proves nothing');

  await widget.getByRole('textbox', { name: '訊息' }).fill(WORDS);
  await widget.getByRole('textbox', { name: '訊息' }).press('Enter');
  await bubble(widget, WORDS).getByText('已送達').waitFor();
  assert.deepEqual(await customer.context().cookies(), []);
});

step('the agent sees it at once', async () => {
  const row = agent.getByRole('link').filter({ hasText: WORDS });
  await row.waitFor({ timeout: 3_000 });
  await row.click();
  await agent.getByRole('log').getByText(WORDS).waitFor();
});

step('the agent takes it, and a reply that was sent can be taken back', async () => {
  await agent.keyboard.press('i');
  await agent.getByRole('log').getByText('You took this').waitFor();
  const box = agent.getByRole('textbox', { name: /^Reply to/ });
  await box.fill(`${ANSWER} Typo hree`);
  await box.press('Control+Enter');
  const held = agent.getByRole('article', { name: /about to leave/ });
  await held.getByRole('button', { name: 'Undo' }).click();
  await held.waitFor({ state: 'detached' });
  await until('the words are in the box again', async () => (await box.inputValue()).includes('Typo hree'));
  assert.equal(await bubble(widget, 'Typo hree').count(), 0);

  await box.fill(ANSWER);
  await box.press('Control+Enter');
  await held.getByRole('button', { name: 'Send now' }).click();
  await bubble(widget, ANSWER).waitFor();
  assert.equal(await widget.getByText('Typo hree').count(), 0, 'what was taken back never left');
});

step('a note stays inside', async () => {
  await agent.getByRole('tab', { name: 'Note' }).click();
  const box = agent.getByRole('textbox', { name: /^Internal note/ });
  await box.fill(NOTE);
  await box.press('Control+Enter');
  await agent.getByRole('log').getByText(NOTE).waitFor();
});

step('the customer signs in and reads the answer on another device', async () => {
  await customer.evaluate((token) => window.Candor.identify(token), jwt(inbox, 'u-552018', { name: '陳怡君', locale: 'zh-TW' }));
  await bubble(widget, ANSWER).waitFor();

  second = await openPage(await windowOf(browser, { locale: 'zh-TW', width: 390, height: 844 }), [desk.url, host.url], excuse);
  await second.goto(host.url);
  await second.evaluate((token) => { (window.CandorQueue ||= []).push(['identify', token]); return window.Candor?.identify(token); }, jwt(inbox, 'u-552018', { name: '陳怡君' }));
  await second.getByRole('button', { name: /線上客服/ }).click();
  const phone = await frameOf(second);
  await bubble(phone, WORDS).waitFor();
  await bubble(phone, ANSWER).waitFor();
  assert.equal(await phone.getByText('internal:').count(), 0, 'the note is not for the customer');
  await phone.getByRole('textbox').fill('收到，謝謝！');
  await phone.getByRole('button', { name: '傳送' }).click();
  await bubble(widget, '收到，謝謝！').waitFor();
  await agent.getByRole('log').getByText('收到，謝謝！').waitFor();
  await agent.getByRole('heading', { level: 1, name: '陳怡君' }).waitFor();
});

step('a stranger with a bad signature reads nothing', async () => {
  const page = await openPage(await windowOf(browser, { locale: 'en' }), [desk.url, host.url], (said) => handled(said) || /status of 401 .*\/visitor\/v1\/sessions\)$/.test(said));
  await page.goto(host.url);
  await page.waitForFunction(() => window.Candor);
  const forged = jwt({ id: inbox.id, secret: 'guessed' }, 'u-552018');
  const refused = await page.evaluate((token) => window.Candor.identify(token).then(() => 'taken', (error) => error.message), forged);
  assert.equal(refused, 'unauthenticated');
  await page.getByRole('button').click();
  assert.equal(await (await frameOf(page)).getByText(WORDS).count(), 0);
  assert.deepEqual(page.faults, []);
  await page.context().close();
});

step('a page that is not on the list gets no chat', async () => {
  const other = await startHost();
  Object.assign(other, { inbox: inbox.id, desk: desk.url });
  const page = await (await windowOf(browser, { locale: 'en' })).newPage();
  const said = [];
  page.on('console', (message) => said.push(message.text()));
  await page.goto(other.url);
  await page.getByRole('button').click();
  await until('the browser refuses the frame', () => said.some((line) => /frame-ancestors/.test(line)));
  assert.equal(await page.frameLocator('iframe').getByRole('textbox').count(), 0);
  await page.context().close();
  await other.close();
});

step('search finds the message in the other script', async () => {
  await agent.goto(`${desk.url}/search`);
  for (const words of ['提现', '提現', 'W-552018']) {
    await agent.getByRole('searchbox').fill(words);
    await agent.getByRole('listitem').filter({ hasText: 'W-552018' }).first().waitFor();
    assert.ok(await agent.locator('mark').count() > 0, `the words of ${words} are marked`);
  }
});

step('a killed server forgets nothing, and everybody comes back by themselves', async () => {
  await agent.goto(`${desk.url}/inbox/mine`);
  await agent.getByRole('link').filter({ hasText: '收到' }).click();
  await agent.getByRole('log').getByText(ANSWER).waitFor();
  dead = true;
  await desk.kill();
  await widget.getByRole('textbox').fill('還在嗎？');
  await widget.getByRole('textbox').press('Enter');
  const took = await desk.start();
  assert.ok(took <= 2_000, `the restart took ${took} ms`);
  await bubble(widget, '還在嗎？').getByText(/已送達|已讀/).waitFor({ timeout: 40_000 });
  await agent.getByRole('log').getByText('還在嗎？').waitFor({ timeout: 40_000 });
  dead = false;

  await agent.reload();
  for (const text of [WORDS, ANSWER, NOTE, '收到，謝謝！', '還在嗎？']) {
    await agent.getByRole('log').getByText(text).first().waitFor();
    assert.equal(await agent.getByRole('log').getByText(text).count(), 1, `${text} is there once`);
  }
});

step('resolved, the customer is asked once how it was', async () => {
  await agent.getByRole('heading', { level: 1, name: '陳怡君' }).click();
  await agent.keyboard.press('e');
  await widget.getByRole('group').first().waitFor();
  const report = await new AxeBuilder({ page: customer }).analyze();
  assert.deepEqual(violations(report), []);
  await widget.getByText('解決了', { exact: true }).click();
  await widget.getByText('5 顆星', { exact: true }).locator('..').click();
  await widget.getByRole('button', { name: '送出評分' }).click();
  await widget.getByText('謝謝您的評分').waitFor();
  await agent.goto(`${desk.url}/inbox/resolved`);
  await agent.getByRole('link').filter({ hasText: '陳怡君' }).first().click();
  await agent.getByRole('log').getByText('rated this 5 of 5').waitFor();
});

step('nothing went wrong on the way', () => {
  for (const page of [agent, customer, second]) assert.deepEqual(page.faults, []);
  assert.deepEqual(desk.errors(), []);
  assert.match(desk.run('audit', 'verify'), /./, `the audit log is whole on ${database}`);
});
