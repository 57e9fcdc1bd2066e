// A reply by mail to more than its customer: answered to all, copied, taken back with its addresses and sent; and the words around it.
import assert from 'node:assert/strict';
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { after, before } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { startDesk } from './desk/server.mjs';
import { firstAdmin, settle } from './desk/api.mjs';
import { launch, openPage, SCREENS, violations, windowOfAgent } from './desk/browser.mjs';
import { steps } from './desk/steps.mjs';
import { until } from './desk/until.mjs';

const MAIL = `Authentication-Results: mx.desk.test; dmarc=pass header.from=example.net
From: Ann Lee <ann@example.net>
To: support@desk.test
Cc: Bob Ray <bob@partner.test>
Subject: Deposit missing
Date: Mon, 2 Feb 2026 10:00:00 +0000
Message-ID: <1@example.net>

My deposit has not arrived.
`;
let desk, browser, admin, page, names, mails, taken, mailPort;
const step = steps('letter', () => ({ page }));
const group = () => page.getByRole('group', { name: '收件人' });
const chips = async () => (await group().locator('.chip').allInnerTexts()).map((text) => text.trim());

/** A name server that knows nobody: the desk asks before it believes the server that stands in front. */
function startNames() {
  const socket = createSocket('udp4');
  socket.on('message', (packet, peer) => { packet[2] |= 0x80; packet[3] = (packet[3] & 0xf0) | 3; socket.send(packet, peer.port, peer.address); });
  return new Promise((done) => socket.bind(0, '127.0.0.1', () => done(socket)));
}

/** A mail server that takes everything and remembers it. */
function startMails() {
  const server = createServer((line) => {
    let [held, inside] = ['', false];
    line.write('220 sink.test\r\n');
    line.on('error', () => {});
    line.on('data', (bytes) => {
      held += bytes;
      for (let end = held.indexOf('\r\n'); end >= 0; end = held.indexOf('\r\n')) {
        const words = held.slice(0, end);
        held = held.slice(end + 2);
        taken[taken.length - 1].push(words);
        if (inside && words === '.') { inside = false; taken.push([]); line.write('250 taken\r\n'); }
        else if (!inside && words === 'DATA') { inside = true; line.write('354 go on\r\n'); }
        else if (!inside) line.write('250 sink.test\r\n');
      }
    });
  });
  return new Promise((done) => server.listen(0, '127.0.0.1', () => done(server)));
}
const sent = () => taken.map((mail) => mail.join('\n').replaceAll('=\n', '').replaceAll('=3D', '=')).filter((mail) => mail.includes('Message-ID:'));

before(async () => {
  taken = [[]];
  [names, mails] = await Promise.all([startNames(), startMails()]);
  mailPort = mails.address().port;
  desk = await startDesk({ env: { CANDOR_MAIL_NAME_SERVERS: `127.0.0.1:${names.address().port}`, CANDOR_MAIL_TRUSTED_SERVERS: 'mx.desk.test' } });
  admin = await firstAdmin(desk);
  await settle(admin, { locale: 'zh-CN', undo_seconds: 5 });
  desk.run('channel', 'create', 'procmail', '--inbox', 'Mail', '--kind', 'pipe');
  browser = await launch();
  page = await openPage(await windowOfAgent(browser, desk.url, admin), [desk.url], (said) => /status of 422 .*\/api\/v1\/channels\)$/.test(said));
});
after(async () => {
  await browser?.close();
  await desk?.close();
  names?.close();
  mails?.close();
});

step('a sender is made with words around its answers, and unknown placeholders are refused', async () => {
  await page.goto(`${desk.url}/settings/inboxes`);
  await page.getByRole('link', { name: 'Mail' }).click();
  await page.getByRole('tab', { name: '邮件' }).click();
  await page.getByRole('button', { name: '新增收发方式' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: /发信/ }).check();
  await dialog.getByLabel('名称', { exact: true }).fill('Out');
  await dialog.getByLabel('客户看到的地址').fill('support@desk.test');
  await dialog.getByLabel('客户看到的名称').fill('Desk');
  await dialog.getByRole('switch', { name: '自动确认已收到来信' }).uncheck();
  await dialog.getByRole('textbox', { name: '邮件服务器' }).fill('127.0.0.1');
  await dialog.getByLabel('加密方式').selectOption('none');
  await dialog.getByLabel('端口').fill(String(mailPort));
  await dialog.getByRole('tab', { name: 'English' }).click();
  await dialog.getByLabel('回复上方').fill('About your case {nummer}:');
  await dialog.getByRole('button', { name: /创建|新建/ }).click();
  await dialog.getByText('只能使用 {agent}', { exact: false }).waitFor();
  await dialog.getByLabel('回复上方').fill('About your case #{number}:');
  await dialog.getByLabel('回复下方（落款）').fill('{agent} at {desk}');
  assert.deepEqual(violations(await new AxeBuilder({ page }).analyze()), []);
  await page.screenshot({ path: `${SCREENS}letter-words.png` });
  await dialog.getByRole('button', { name: /创建|新建/ }).click();
  await page.getByRole('button', { name: 'Out', exact: true }).waitFor();
});

step('a key for the domain is made, and waits for its record', async () => {
  await page.getByRole('button', { name: 'Out', exact: true }).click();
  const keys = page.getByRole('dialog').getByRole('region', { name: '签名（DKIM）' });
  await keys.getByRole('button', { name: '生成密钥' }).click();
  await keys.getByText('等待公布').waitFor();
  await keys.getByText(/^candor\d{8}\._domainkey\.desk\.test$/).waitFor();
  await keys.getByRole('button', { name: '检查记录' }).click();
  await keys.getByText('尚未查到这个名称的记录', { exact: false }).waitFor();
  assert.deepEqual(violations(await new AxeBuilder({ page }).analyze()), []);
  assert.ok(await page.getByRole('dialog').evaluate((box) => { box.scrollTop = 99; return box.scrollTop === 0; }), 'its head and its buttons stay in place');
  await page.screenshot({ path: `${SCREENS}letter-key.png` });
  await page.getByRole('dialog').getByRole('button', { name: '取消' }).click();
});

step('the others in the customer’s mail are answered masked, and can be taken away', async () => {
  desk.feed(MAIL, 'channel', 'deliver');
  await until('it is a case', async () => (await admin.get('/api/v1/conversations?view=all')).items.some((each) => each.channel === 'email'));
  const found = (await admin.get('/api/v1/conversations?view=all')).items.find((each) => each.channel === 'email');
  await page.goto(`${desk.url}/inbox/all/${found.id}`);
  await group().getByText('a•••@•••.net', { exact: false }).waitFor();
  await group().getByRole('button', { name: '回复全部（1 人）' }).click();
  assert.deepEqual(await chips(), ['Bob Ray b•••@•••.test']);
  assert.ok(await page.getByRole('textbox', { name: /^回复/ }).evaluate((field) => field === document.activeElement), 'the caret is in the answer');
  await group().getByRole('button', { name: '移除 Bob Ray' }).click();
  assert.deepEqual(await chips(), []);
  await group().getByRole('button', { name: '回复全部（1 人）' }).click();
  assert.doesNotMatch(await page.locator('body').innerText(), /bob@partner|ann@example/);
});

step('addresses are typed, pasted, named when wrong, and deleted with Backspace', async () => {
  const cc = group().getByRole('textbox', { name: '抄送' });
  await cc.fill('carl');
  await cc.press('Enter');
  await group().getByText('不是邮箱地址：carl').waitFor();
  await page.getByRole('textbox', { name: /^回复/ }).fill('It is on its way.');
  assert.equal(await page.getByRole('button', { name: /^发送给/ }).isDisabled(), true, 'nothing leaves for a wrong address');
  await cc.press('Backspace');
  assert.deepEqual(await chips(), ['Bob Ray b•••@•••.test']);
  await cc.evaluate((field) => {
    const clipboardData = new DataTransfer();
    clipboardData.setData('text', 'Carl <Carl@else.test>; eve@else.test\n');
    field.dispatchEvent(new ClipboardEvent('paste', { clipboardData, bubbles: true, cancelable: true }));
  });
  const bcc = group().getByRole('textbox', { name: '密送' });
  await bcc.pressSequentially('dora@else.test,');
  assert.deepEqual(await chips(), ['Bob Ray b•••@•••.test', 'carl@else.test', 'eve@else.test', 'dora@else.test']);
  await page.screenshot({ path: `${SCREENS}letter.png` });
});

step('it can be used in the dark and on a phone', async () => {
  for (const theme of ['light', 'dark']) {
    await page.emulateMedia({ colorScheme: theme });
    assert.deepEqual(violations(await new AxeBuilder({ page }).include('form.composer').analyze()), [], theme);
  }
  await page.setViewportSize({ width: 390, height: 780 });
  const wide = await group().evaluate((element) => element.scrollWidth > element.clientWidth + 1);
  assert.equal(wide, false, 'nothing sticks out');
  await page.screenshot({ path: `${SCREENS}letter-phone.png` });
  await page.setViewportSize({ width: 1440, height: 900 });
  await page.emulateMedia({ colorScheme: 'light' });
});

step('taken back, a reply has its addresses again; sent, it reaches all and names nobody who is hidden', async () => {
  const text = page.getByRole('textbox', { name: /^回复/ });
  const before = await chips();
  await text.press('Control+Enter');
  const held = page.getByRole('article', { name: /待发送的回复/ });
  for (const whom of ['收件人：Ann Lee a•••@•••.net', '抄送：Bob Ray b•••@•••.test, carl@else.test, eve@else.test', '密送：dora@else.test']) await held.getByText(whom, { exact: true }).waitFor();
  await page.screenshot({ path: `${SCREENS}letter-held.png` });
  await page.getByRole('button', { name: /撤销/ }).first().click();
  await until('the addresses are back', async () => (await chips()).length === before.length);
  assert.deepEqual((await chips()).toSorted(), before.toSorted());
  await text.press('Control+Enter');
  await until('it has left', () => sent().length === 1, 20_000);
  const [mail] = sent();
  for (const one of ['ann@example.net', 'bob@partner.test', 'carl@else.test', 'eve@else.test', 'dora@else.test']) assert.ok(mail.includes(`RCPT TO:<${one}>`), one);
  const head = mail.slice(mail.indexOf('DATA'));
  assert.ok(!head.includes('dora') && head.includes('carl@else.test'), head);
  assert.match(head, /About your case #\d+:[^]*It is on its way\.[^]* at Desk/);
  await page.getByRole('log').getByText('密送：d•••@•••.test', { exact: false }).waitFor();
  assert.equal(await group().getByRole('textbox').count(), 0, 'the next reply is to the customer alone');
});

step('nothing went wrong on the screen', () => assert.deepEqual(page.faults, []));
