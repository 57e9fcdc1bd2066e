// Mail to the support address: a way is set up in the console, a real client hands mail over, and an agent reads what is new in it.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before } from 'node:test';
import { freePort, startDesk } from './desk/server.mjs';
import { firstAdmin, settle } from './desk/api.mjs';
import { launch, openPage, SCREENS, windowOfAgent } from './desk/browser.mjs';
import { steps } from './desk/steps.mjs';
import { until } from './desk/until.mjs';

// Python's own mail library, as a customer's mail program stands behind it.
const CLIENT = `
import smtplib, sys
from email.message import EmailMessage
mail = EmailMessage()
mail['From'] = '王小明 <wang@example.net>'
mail['To'] = 'support@desk.test'
mail['Subject'] = '提现一直没有到账'
mail['Message-ID'] = '<1@example.net>'
mail.set_content('''您好，我昨天提现的 500 USDT 还没有到账。

在 2026年2月1日 10:00，客服 <support@desk.test> 写道：
> 请问有什么可以帮您？
''')
mail.add_attachment(bytes.fromhex('89504e470d0a1a0a0000000d4948445200000001000000010804000000b51c0c020000000b4944415478da6364f80f00010501012718e3660000000049454e44ae426082'), maintype='image', subtype='png', filename='截图.png')
mail.add_attachment(b'PK\\x03\\x04' + bytes(40), maintype='application', subtype='zip', filename='log.zip')
with smtplib.SMTP('127.0.0.1', int(sys.argv[1])) as server:
    server.send_message(mail, mail_options=['SMTPUTF8'])
`;
let desk, port, browser, admin, page;
const step = steps('mail', () => ({ page }));
const listed = async () => (await admin.get('/api/v1/conversations?view=all')).items.filter((each) => each.channel === 'email');

before(async () => {
  port = await freePort();
  desk = await startDesk({ env: { CANDOR_MAIL_LISTEN: `127.0.0.1:${port}` } });
  admin = await firstAdmin(desk);
  await settle(admin, { locale: 'zh-CN' });
  browser = await launch();
  const context = await windowOfAgent(browser, desk.url, admin);
  // A folder that cannot be is refused by the desk, and said so.
  page = await openPage(context, [desk.url], (said) => /status of 422 .*\/api\/v1\/channels\)$/.test(said));
});
after(async () => {
  await browser?.close();
  await desk?.close();
});

step('an inbox for e-mail and the way of its mail are made in the console', async () => {
  await page.goto(`${desk.url}/settings/inboxes`);
  await page.getByRole('button', { name: '新建收件箱' }).click();
  await page.getByLabel('名称').fill('客服邮箱');
  await page.getByRole('radio', { name: /^Email|^邮件/ }).check();
  await page.getByRole('button', { name: '创建并继续设置' }).click();
  await page.getByRole('tab', { name: '邮件' }).click();
  await page.getByRole('button', { name: '新增收发方式' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('名称').fill('MX');
  await dialog.getByRole('button', { name: /创建|新建/ }).click();
  await dialog.getByText('请至少填写一个地址').waitFor();
  await dialog.getByLabel('邮箱地址').fill('support@desk.test');
  await dialog.getByRole('button', { name: /创建|新建/ }).click();
  await page.getByText('support@desk.test', { exact: false }).waitFor();
});

step('a mail of a real client is a case whose list row shows the new words', async () => {
  await page.goto(`${desk.url}/inbox/all`);
  execFileSync('python3', ['-c', CLIENT, String(port)], { stdio: ['ignore', 'inherit', 'inherit'] });
  await page.getByText('我昨天提现的 500 USDT', { exact: false }).waitFor();
  const [found] = await listed();
  assert.deepEqual([found.subject, found.contact.name, found.preview.includes('写道')], ['提现一直没有到账', '王小明', false]);
});

step('the agent reads what is new first, and the quote after a click', async () => {
  const [found] = await listed();
  await page.goto(`${desk.url}/inbox/all/${found.id}`);
  const log = page.getByRole('log');
  await log.getByText('还没有到账', { exact: false }).waitFor();
  assert.equal(await log.getByText('请问有什么可以帮您', { exact: false }).count(), 0);
  await log.getByRole('button', { name: '显示引用内容' }).press('Enter');
  await log.getByText('请问有什么可以帮您', { exact: false }).waitFor();
  await log.getByText('未接收附件：log.zip（压缩包）', { exact: false }).waitFor();
  await until('the picture is there', async () => (await log.getByRole('button', { name: /截图\.png/ }).count()) > 0);
  assert.doesNotMatch(await log.innerText(), /wang@example\.net/, 'the address opens with the record alone');
  await page.screenshot({ path: `${SCREENS}mail.png` });
});

step('what a program pipes in is kept once, while the desk runs', async () => {
  desk.run('channel', 'create', 'procmail', '--inbox', '客服邮箱', '--kind', 'pipe');
  const mail = 'From: Ann <ann@example.org>\nSubject: Fees\nMessage-ID: <2@example.org>\n\nWhat does a withdrawal cost?\n';
  for (let time = 0; time < 2; time += 1) desk.feed(mail, 'channel', 'deliver');
  await until('it is a case', async () => (await listed()).some((each) => each.subject === 'Fees'));
  assert.equal((await listed()).filter((each) => each.subject === 'Fees').length, 1);
});

step('a mailbox is set up in the console, and says there why it cannot be read', async () => {
  await page.goto(`${desk.url}/settings/inboxes`);
  await page.getByRole('link', { name: '客服邮箱' }).click();
  await page.getByRole('tab', { name: '邮件' }).click();
  await page.getByRole('button', { name: '新增收发方式' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('radio', { name: /其他服务器上的邮箱/ }).check();
  await dialog.getByLabel('名称').fill('邮箱');
  await dialog.getByRole('button', { name: /创建|新建/ }).click();
  await dialog.getByText('请填写邮箱的登录名').waitFor();
  await dialog.getByRole('textbox', { name: '邮件服务器' }).fill('127.0.0.1');
  await dialog.getByLabel('加密方式').selectOption('none');
  await dialog.getByLabel('端口').fill(String(await freePort()));
  await dialog.getByLabel('用户名').fill('support@desk.test');
  await dialog.getByLabel('密码', { exact: true }).fill('a word');
  await dialog.getByLabel('收取之后，服务器上的邮件').selectOption('move');
  await dialog.getByLabel('移到的文件夹').fill('INBOX');
  await dialog.getByRole('button', { name: /创建|新建/ }).click();
  await dialog.getByText('不能是正在收取的文件夹').waitFor();
  await dialog.getByLabel('移到的文件夹').fill('Done');
  await dialog.getByRole('button', { name: /创建|新建/ }).click();
  await page.getByText('support@desk.test · 127.0.0.1', { exact: false }).waitFor();
  await until('the list says why', async () => {
    await page.reload();
    await page.getByRole('tab', { name: '邮件' }).click();
    await page.getByRole('button', { name: '邮箱', exact: true }).waitFor();
    return (await page.getByText(/起无法收取：/).count()) > 0;
  }, 30_000);
  await page.screenshot({ path: `${SCREENS}mailbox.png` });
});

step('nothing went wrong on the screen', () => assert.deepEqual(page.faults, []));
