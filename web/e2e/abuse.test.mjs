// Abuse as agents and visitors meet it: a proof of work nobody notices, a block from the conversation, what the blocked one reads, and
// spam that is gone from every list until somebody says that it was none.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { startDesk } from './desk/server.mjs';
import { PASSWORD, firstAdmin, openInbox } from './desk/api.mjs';
import { launch, openPage, violations, windowOf } from './desk/browser.mjs';
import { startHost } from './desk/host.mjs';
import { steps } from './desk/steps.mjs';
import { until } from './desk/until.mjs';

let desk, host, browser, admin, inbox, agent, customer, chat;
const step = steps('abuse', () => ({ agent, customer }));
/** The browser notes every refusal; these are meant: no session yet, the riddle, the block, a field that cannot be, a record that is not open. */
const meant = (said) => /status of (401|403|422|428) /.test(said) || /WebSocket/.test(said);

before(async () => {
  desk = await startDesk();
  host = await startHost('127.0.0.1');
  admin = await firstAdmin(desk);
  inbox = await openInbox(admin, host.url);
  Object.assign(host, { inbox: inbox.id, desk: desk.url });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await host?.close();
  await desk?.close();
});

const bubble = (text) => chat.getByRole('article').filter({ hasText: text });
async function say(text) {
  await chat.getByRole('textbox', { name: '消息' }).fill(text);
  await chat.getByRole('textbox', { name: '消息' }).press('Enter');
}
async function accessible(page, what) {
  assert.deepEqual(violations(await new AxeBuilder({ page }).analyze()), [], what);
}

step('a visitor who has to compute first writes as ever', async () => {
  await admin.patch(`/api/v1/inboxes/${inbox.id}`, { widget: { proof_of_work: { mode: 'always', bits: 14 } } });
  customer = await openPage(await windowOf(browser, { locale: 'zh-CN' }), [desk.url, host.url], meant);
  const asked = [];
  customer.on('response', (answer) => { if (answer.url().endsWith('/visitor/v1/sessions')) asked.push(answer.status()); });
  const worker = customer.waitForEvent('worker');
  await customer.goto(host.url);
  await customer.getByRole('button').click();
  chat = customer.frameLocator('iframe');
  await say('领空投加群 free airdrop');
  assert.match((await worker).url(), /\/widget\/assets\/worker/, 'the work is done beside the page');
  await bubble('领空投').getByText('已送达').waitFor();
  assert.deepEqual(asked, [428, 201]);
  assert.deepEqual(customer.faults, []);
});

step('an agent blocks the customer from the conversation, by keyboard', async () => {
  agent = await openPage(await windowOf(browser, { locale: 'en' }), [desk.url], meant);
  await agent.goto(`${desk.url}/signin`);
  await agent.getByLabel('Email').fill('ada@desk.test');
  await agent.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await agent.keyboard.press('Enter');
  await agent.waitForURL('**/inbox/**');
  await agent.goto(`${desk.url}/inbox/all`);
  await agent.getByRole('link', { name: /领空投/ }).click();
  await agent.getByRole('log').or(agent.getByRole('main')).first().waitFor();
  await agent.getByRole('heading', { level: 1 }).waitFor();
  await agent.keyboard.press('Shift+B');
  const dialog = agent.getByRole('dialog', { name: 'Block' });
  await dialog.waitFor();
  await accessible(agent, 'the block dialog');
  await dialog.getByRole('button', { name: 'Block' }).click();
  await dialog.getByText(/reason|why|Say/i).first().waitFor();
  await dialog.getByLabel('For how long').selectOption('week');
  await dialog.getByLabel('Why').fill('airdrop scam');
  await dialog.getByLabel('Why').press('Control+Enter');
  await dialog.waitFor({ state: 'detached' });
  const side = agent.getByRole('complementary', { name: /customer/i }).or(agent.locator('aside.context'));
  await side.getByText(/The customer is blocked until/).first().waitFor();
  await side.getByText('airdrop scam').first().waitFor();
  await agent.getByText(/You blocked the customer until/).waitFor();
});

step('the customer is told at once, in their language, and never why', async () => {
  const notice = chat.getByRole('alert');
  await notice.waitFor();
  assert.match(await notice.innerText(), /客服目前不接收您的消息.*恢复/s);
  assert.doesNotMatch(await chat.locator('body').innerText(), /airdrop scam/);
  await accessible(customer, 'the notice of a block');
  await customer.reload();
  await customer.getByRole('button').click();
  await notice.waitFor();
});

step('a block is lifted on the settings page, and the customer writes on', async () => {
  await agent.goto(`${desk.url}/settings/blocks`);
  await agent.getByText('airdrop scam').waitFor();
  await accessible(agent, 'the list of blocks');
  await agent.getByRole('button', { name: /^Lift the block of/ }).click();
  await agent.getByRole('dialog').getByRole('button', { name: 'Lift block' }).click();
  await agent.getByText('Nobody is blocked').waitFor();
  await agent.getByRole('tab', { name: 'Ended' }).click();
  await agent.getByText('airdrop scam').waitFor();
  await chat.getByRole('alert').getByRole('button', { name: '重试' }).click();
  await chat.getByRole('textbox', { name: '消息' }).waitFor();
  await say('我又来了');
  await bubble('我又来了').getByText(/已送达|已读/).waitFor();
});

step('a network is blocked by hand, with words for what cannot be', async () => {
  await agent.getByRole('button', { name: 'New block' }).click();
  const dialog = agent.getByRole('dialog', { name: 'Block' });
  await dialog.getByLabel('Network', { exact: true }).last().fill('0.0.0.0/0');
  await dialog.getByLabel('Why').fill('flood');
  await dialog.getByRole('button', { name: 'Block' }).click();
  await dialog.getByText('the network is too wide').waitFor();
  await dialog.getByLabel('Network', { exact: true }).last().fill('198.51.100.0/24');
  await dialog.getByRole('button', { name: 'Block' }).click();
  await dialog.waitFor({ state: 'detached' });
  await agent.getByText('198.51.100.0/24').waitFor();
});

step('spam leaves the list with one key and comes back with it', async () => {
  await agent.goto(`${desk.url}/inbox/all`);
  await agent.getByRole('link', { name: /我又来了/ }).click();
  await agent.getByRole('heading', { level: 1 }).waitFor();
  await agent.keyboard.press('!');
  await agent.getByText('Marked as spam').first().waitFor();
  await until('no list has it', async () => (await admin.get('/api/v1/counts')).views.all.total === 0);
  await agent.goto(`${desk.url}/inbox/spam`);
  await agent.getByRole('link', { name: /我又来了/ }).waitFor();
  await accessible(agent, 'the list of spam');
  const before = (await admin.get('/api/v1/search?q=airdrop')).items.length;
  assert.equal(before, 0, 'search does not find it');
  await agent.goto(`${desk.url}/search?q=airdrop&spam=1`);
  await agent.getByText('1 result').or(agent.getByRole('listitem')).first().waitFor();

  await agent.goto(`${desk.url}/inbox/spam`);
  await agent.getByRole('link', { name: /我又来了/ }).click();
  await agent.getByRole('heading', { level: 1 }).waitFor();
  await agent.keyboard.press('!');
  await until('it is back', async () => (await admin.get('/api/v1/counts')).views.all.total === 1);
  assert.deepEqual(agent.faults, []);
});
