// A visitor leaves an address in the chat: it gets one link, the button behind the link confirms it without script, and from then on the
// conversation can be mailed there, by the visitor and by an agent.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { startDesk } from './desk/server.mjs';
import { firstAdmin, openInbox, settle } from './desk/api.mjs';
import { launch, openPage, SCREENS, violations, windowOf, windowOfAgent } from './desk/browser.mjs';
import { startSink } from './desk/sink.mjs';
import { steps } from './desk/steps.mjs';
import { until } from './desk/until.mjs';

let desk, sink, browser, admin, chat, agent, link;
const step = steps('confirm', () => ({ chat, agent }));
const mine = () => chat.getByRole('region', { name: '邮件通知' });
const check = async (page) => assert.deepEqual(violations(await new AxeBuilder({ page }).analyze()), []);

before(async () => {
  desk = await startDesk();
  sink = await startSink();
  admin = await firstAdmin(desk);
  await settle(admin, { locale: 'zh-CN' });
  const inbox = await openInbox(admin);
  const mail = await admin.post('/api/v1/inboxes', { name: '客服邮箱', channel: 'email' });
  const server = { host: '127.0.0.1', port: sink.port, security: 'none' };
  await admin.post('/api/v1/channels', { inbox: mail.id, kind: 'sender', name: '发信', addresses: ['support@desk.test'], sender_name: '客服', server });
  browser = await launch();
  chat = await openPage(await windowOf(browser, { locale: 'zh-CN', width: 390, height: 760 }), [desk.url]);
  await chat.goto(`${desk.url}/chat?inbox=${inbox.id}`);
});
after(async () => {
  await browser?.close();
  await sink?.close();
  await desk?.close();
});

step('the visitor asks, and wants answers by mail', async () => {
  const box = chat.getByRole('textbox', { name: '消息' });
  await box.fill('我的充值在哪里？');
  await box.press('Enter');
  await chat.getByRole('button', { name: '我的对话' }).click();
  await mine().getByRole('button', { name: '通过邮件接收回复' }).press('Enter');
  const field = mine().getByRole('textbox', { name: '邮箱地址' });
  await field.fill('wang@');
  await field.press('Enter');
  await mine().getByRole('alert').getByText('请输入有效的邮箱地址').waitFor();
  await check(chat);
  await field.fill('wang@example.net');
  await check(chat);
  await chat.keyboard.press('Enter');
  await mine().getByText('wa•••@•••.net', { exact: false }).or(mine().getByText('w•••@•••.net', { exact: false })).waitFor();
  assert.doesNotMatch(await mine().innerText(), /wang@/);
  await check(chat);
  await chat.screenshot({ path: `${SCREENS}chat-mail.png` });
});

step('the mail is in their language and holds a link and no word of theirs', async () => {
  const words = await sink.words(1);
  assert.match(words, /24 小时内有效/);
  assert.doesNotMatch(words, /充值/);
  [link] = /http:\S+\/confirm\/\S+/.exec(words);
  assert.ok(link.startsWith(desk.url), link);
});

step('the page behind the link confirms by its button alone, without script', async () => {
  for (const how of [{ theme: 'light' }, { theme: 'dark', width: 390 }]) {
    const page = await openPage(await windowOf(browser, how), [desk.url]);
    await page.goto(link);
    await page.getByRole('heading', { name: '通过邮件接收客服回复' }).waitFor();
    await check(page);
    await page.screenshot({ path: `${SCREENS}confirm-${how.theme}.png` });
    assert.deepEqual(page.faults, []);
    await page.context().close();
  }
  const plain = await openPage(await windowOf(browser, { javaScriptEnabled: false }), [desk.url], (said) => /status of 410/.test(said));
  await plain.goto(link);
  await plain.getByRole('button', { name: '是我，请发送到此邮箱' }).press('Enter');
  await plain.getByRole('heading', { name: '已确认' }).waitFor();
  await plain.goto(link);
  await plain.getByRole('heading', { name: '链接已失效' }).waitFor();
  assert.deepEqual(plain.faults, []);
  await plain.context().close();
});

step('the chat knows, and the visitor has the conversation mailed', async () => {
  await chat.getByRole('button', { name: '返回对话' }).click();
  await chat.getByRole('button', { name: '我的对话' }).click();
  await mine().getByText('您未在此查看的回复会发送到', { exact: false }).waitFor();
  await mine().getByRole('button', { name: '把本次会话发到邮箱' }).press('Enter');
  await mine().getByRole('status').getByText('会话记录将发送到您的邮箱。').waitFor();
  assert.match(await sink.words(2), /您\r?\n我的充值在哪里？/);
  await check(chat);
});

step('an agent has it mailed from the menu, after a question', async () => {
  agent = await openPage(await windowOfAgent(browser, desk.url, admin, { locale: 'zh-CN' }), [desk.url]);
  const [found] = (await admin.get('/api/v1/conversations?view=all')).items;
  await agent.goto(`${desk.url}/inbox/all/${found.id}`);
  const log = agent.getByRole('log');
  await log.getByText('会话记录已发到客户邮箱').waitFor();
  await log.getByText('身份已确认', { exact: false }).waitFor();
  await agent.getByRole('button', { name: '更多操作' }).first().click();
  await agent.getByRole('menuitem', { name: /把会话记录发给客户/ }).click();
  await agent.getByRole('dialog').getByRole('button', { name: '发送' }).click();
  await agent.getByText('会话记录即将发出。').waitFor();
  assert.match(await sink.words(3), /我的充值在哪里？/);
  await until('the conversation shows it', async () => (await log.getByText('会话记录已发到客户邮箱').count()) === 2);
});

step('the visitor takes the address back', async () => {
  await mine().getByRole('button', { name: '不再发送邮件' }).click();
  await mine().getByRole('button', { name: '通过邮件接收回复' }).waitFor();
  assert.equal(sink.mails.length, 3);
});

step('nothing went wrong on the screens', () => assert.deepEqual([...chat.faults, ...agent.faults], []));
