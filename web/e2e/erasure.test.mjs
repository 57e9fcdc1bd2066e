// A customer who wants to be forgotten: an administrator erases them beside their conversation, and what was theirs is gone while the case stays.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { startDesk } from './desk/server.mjs';
import { ask, firstAdmin, openInbox, settle, visitor } from './desk/api.mjs';
import { launch, openPage, windowOfAgent } from './desk/browser.mjs';
import { steps } from './desk/steps.mjs';
import { until } from './desk/until.mjs';

const NAME = 'Murong Xueyan';
const WORDS = 'My withdrawal to bc1qmurong never arrived';
const THEIRS = /murong|withdrawal/i;
let desk, browser, admin, customer, talk, word, page;
const step = steps('erasure', () => ({ page }));
const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
const dialog = () => page.getByRole('dialog');
const erasures = async () => (await admin.get('/api/v1/erasures')).items;
const log = () => page.getByRole('log');

before(async () => {
  desk = await startDesk();
  admin = await firstAdmin(desk);
  customer = await visitor(desk, await openInbox(admin));
  await customer.patch('/visitor/v1/session', { name: NAME, email: 'murong@example.com' });
  talk = await ask(customer, WORDS);
  word = customer.session.contact.id.slice(-6);
  const { agent } = await admin.get('/api/v1/session');
  await admin.post(`/api/v1/conversations/${talk.id}/actions`, { action: { type: 'assign', agent: agent.id } });
  browser = await launch();
  const context = await windowOfAgent(browser, desk.url, admin);
  page = await openPage(context, [desk.url]);
});
after(async () => {
  await browser?.close();
  await desk?.close();
});

step('the dialog says in Chinese what goes, what stays and what to type', async () => {
  await settle(admin, { locale: 'zh-CN' });
  await page.goto(`${desk.url}/inbox/all/${talk.id}`);
  await page.getByRole('button', { name: '彻底清除此客户…' }).press('Enter');
  await dialog().getByRole('heading', { name: '彻底清除此客户？' }).waitFor();
  for (const words of ['清除后无法恢复', '会清除', '该客户所有会话中双方的全部消息和文件', '会保留', '空会话及其编号']) await dialog().getByText(words).first().waitFor();
  await dialog().getByLabel(`请输入 ${word} 以确认`).waitFor();
  await dialog().getByRole('button', { name: '彻底清除', exact: true }).waitFor();
  await press('Escape');
  await dialog().waitFor({ state: 'detached' });
});

step('without the right word nothing is erased', async () => {
  await settle(admin, { locale: 'en' });
  await page.reload();
  await page.getByRole('button', { name: 'Erase this customer…' }).press('Enter');
  const box = dialog().getByLabel(`Type ${word} to confirm`);
  await until('the box has the keyboard', () => box.evaluate((element) => element === document.activeElement));
  for (const wrong of ['', 'erase']) {
    await page.keyboard.type(wrong);
    await press('Enter');
    await dialog().getByText(`This is not ${word}.`).waitFor();
  }
  assert.deepEqual(await erasures(), []);
  await log().getByText(WORDS).waitFor();
});

step('with it the name and the words go from the screen, and a mark stays', async () => {
  await press('Control+a');
  await page.keyboard.type(word.toUpperCase());
  await press('Enter');
  await page.getByText('The erasure has begun.', { exact: false }).waitFor();
  await dialog().waitFor({ state: 'detached' });
  await log().getByText('The customer was erased').waitFor();
  await until('nothing of theirs is on the screen', async () => !THEIRS.test(await page.locator('body').innerText()));
});

step('nothing is offered that could not be done any more', async () => {
  await page.getByText('The customer was erased. The empty case stays', { exact: false }).waitFor();
  assert.equal(await page.getByRole('textbox', { name: /note|reply/i }).count(), 0);
  for (const name of [/^Erase this customer/, /^Break the glass/, /^Take the case/, /^Reopen/, /^Assign/, /^More/]) assert.equal(await page.getByRole('button', { name }).count(), 0, `${name}`);
});

step('the case is still there, empty and shut, for programs as for people', async () => {
  await until('it is wiped', async () => ['wiped', 'done'].includes((await erasures())[0].state));
  const path = `/api/v1/conversations/${talk.id}`;
  const [shell, timeline] = [await admin.get(path), await admin.get(`${path}/timeline`)];
  assert.deepEqual([shell.category, shell.contact.name, shell.preview, timeline.items.at(-1).type], ['closed', '', '', 'erased']);
  const asked = [shell, timeline, (await admin.call('GET', `${path}/contact`)).text, await admin.get('/api/v1/search?q=withdrawal'), await admin.get('/api/v1/conversations?view=all')];
  assert.doesNotMatch(JSON.stringify(asked), THEIRS);
  assert.equal((await customer.call('GET', '/visitor/v1/conversations')).status, 401);
  await page.reload();
  await log().getByText('The customer was erased').waitFor();
  assert.doesNotMatch(await page.locator('body').innerText(), THEIRS);
});

step('nothing went wrong on the screen', () => assert.deepEqual(page.faults, []));
