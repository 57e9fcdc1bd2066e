// Two agents on one case and its customer: what each sees of the others while nothing has been sent yet, and when it has.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { startDesk } from './desk/server.mjs';
import { ask, firstAdmin, openInbox, page as anyone, PASSWORD, settle, signIn, visitor } from './desk/api.mjs';
import { launch, openPage, windowOfAgent } from './desk/browser.mjs';
import { steps } from './desk/steps.mjs';
import { until } from './desk/until.mjs';

let desk, browser, ada, bo, customer, talk, hers, his;
const step = steps('colleagues', () => ({ hers, his }));

const handled = (said) => /status of 403 .*\/contact\)$/.test(said);
async function open(who, locale, before = () => {}) {
  const context = await windowOfAgent(browser, desk.url, who, { locale });
  const page = await openPage(context, [desk.url], handled);
  await before(page);
  await page.goto(`${desk.url}/inbox/all/${talk.id}`);
  await page.getByRole('log').waitFor();
  return page;
}

before(async () => {
  desk = await startDesk();
  ada = await firstAdmin(desk);
  const inbox = await openInbox(ada);
  customer = await visitor(desk, inbox);
  talk = await ask(customer, '我的提现还没有到账');
  const { directory } = await ada.get('/api/v1/session');
  const role = directory.roles.find((one) => one.name === 'agent');
  const { link } = await ada.post('/api/v1/agents', { email: 'bo@desk.test', name: 'Bo Chen', roles: [{ role: role.id }], teams: [], locale: 'zh-CN' });
  await anyone(desk).post(`/api/v1/links/${link.split('/link/')[1]}`, { name: 'Bo Chen', password: PASSWORD });
  bo = await signIn(desk, 'bo@desk.test');
  browser = await launch();
  [hers, his] = [await open(ada, 'en'), await open(bo, 'zh-CN')];
});
after(async () => {
  await browser?.close();
  await desk?.close();
});

step('whoever opens a screen is online there too', async () => {
  await hers.getByRole('button', { name: 'Ada Lin, Online' }).waitFor();
  await his.getByRole('button', { name: 'Bo Chen，在线' }).waitFor();
});

step('each sees that the other is there', async () => {
  await hers.getByText('Also here: Bo Chen').waitFor({ state: 'attached' });
  await his.getByText('Ada Lin', { exact: false }).first().waitFor({ state: 'attached' });
});

step('a draft is announced and not shown', async () => {
  await hers.getByRole('textbox', { name: 'Reply' }).fill('I am looking at it');
  await his.getByText('Ada Lin正在写回复').waitFor();
  assert.equal(await his.getByText('I am looking at it').count(), 0);
});

step('what is written before the live line stands is told as soon as it stands', async () => {
  let connect;
  const late = await open(ada, 'en', (page) => page.routeWebSocket(/stream/, (socket) => { connect = () => socket.connectToServer(); }));
  await hers.goto(`${desk.url}/inbox/all`);
  await until('nobody else writes', async () => (await his.getByText('Ada Lin正在写回复').count()) === 0);
  await late.getByRole('textbox', { name: 'Reply' }).fill('One moment');
  connect();
  await his.getByText('Ada Lin正在写回复').waitFor();
  await late.context().close();
  await hers.goBack();
});

step('an author who shows drafts is read while writing, and the customer sees none of it', async () => {
  await settle(ada, { share_drafts: true });
  await hers.reload();
  const box = hers.getByRole('textbox', { name: 'Reply' });
  await box.waitFor();
  await box.click();
  await hers.keyboard.type(' right now, please wait');
  await his.getByRole('button', { name: /^Ada Lin ?的草稿/ }).waitFor();
  await his.getByText('right now, please wait', { exact: false }).waitFor();
  const events = await customer.get(`/visitor/v1/conversations/${talk.id}/events`);
  assert.ok(!JSON.stringify(events).includes('right now'));
});

step('whoever takes a case is not told of it', async () => {
  await bo.post(`/api/v1/conversations/${talk.id}/actions`, { action: { type: 'assign', agent: (await bo.get('/api/v1/session')).agent.id } });
  await his.getByText('你接手了会话').waitFor();
  assert.equal(await his.getByText(/分配给(了)?你|交给(了)?你/).count(), 0);
});

step('a reply says that it was sent, and then that it was read', async () => {
  const answer = await bo.post(`/api/v1/conversations/${talk.id}/replies`, { client_id: crypto.randomUUID(), text: '已经到账', seen_seq: 0, hold_ms: 0, force: true });
  await his.getByText('已发送', { exact: true }).waitFor();
  assert.ok(answer.public_seq > 0);
  await customer.post(`/visitor/v1/conversations/${talk.id}/read`, { seq: answer.public_seq });
  await his.getByText('已读', { exact: true }).waitFor();
  await hers.getByText('Read', { exact: true }).waitFor();
  await until('nothing is said twice', async () => (await his.getByText('已发送', { exact: true }).count()) === 0);
});

step('nothing went wrong on either screen', () => {
  assert.deepEqual([...hers.faults, ...his.faults], []);
});
