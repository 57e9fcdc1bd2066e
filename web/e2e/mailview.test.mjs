// A hostile mail, looked at: its page runs nothing and asks nobody until the agent wants it to, and its original opens with the case.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { freePort, startDesk } from './desk/server.mjs';
import { firstAdmin, settle } from './desk/api.mjs';
import { launch, openPage, SCREENS, violations, windowOfAgent } from './desk/browser.mjs';
import { steps } from './desk/steps.mjs';
import { until } from './desk/until.mjs';

const PIXEL = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
// Everything that a page can do by itself; whatever ran would change the title of a window or ask tracker.example.
const HTML = `<html><head><base href="https://tracker.example/"><meta http-equiv="refresh" content="0;url=https://tracker.example/refresh">
<link rel="stylesheet" href="https://tracker.example/s.css"><style>@import "https://tracker.example/i.css"; body { background: url(https://tracker.example/bg) }</style>
<script>top.document.title = 'owned'; fetch('https://tracker.example/fetch')</script></head>
<body onload="top.document.title = 'owned'" background="https://tracker.example/body">
<h2 style="color: #0b6b5b">Withdrawal report</h2>
<p style="background: url('https://tracker.example/style')">My withdrawal of <b>500 USDT</b> has not arrived. The screenshot:</p>
<p><img src="cid:shot@example.net" alt="Screenshot" width="120" height="60" style="border: 1px solid #999"></p>
<table border="1" cellpadding="6"><tr><th>Time</th><th>Amount</th></tr><tr><td>10:00</td><td>500 USDT</td></tr></table>
<img src="https://tracker.example/open.gif?u=7" width="80" height="40" alt="logo" onerror="top.document.title = 'owned'"><img src="http://tracker.example/second.gif" alt="" width="1" height="1">
<svg onload="top.document.title = 'owned'"><image href="https://tracker.example/svg"/></svg><iframe src="https://tracker.example/frame"></iframe>
<video src="https://tracker.example/v" autoplay></video><object data="https://tracker.example/o"></object><form action="https://tracker.example/form"><input name="password"><button>Sign in</button></form>
<p>Sign in here: <a href="https://evil.example/login" title="exchange.example" onclick="top.document.title = 'owned'">https://exchange.example/login</a>
 · <a href="javascript:top.document.title='owned'">run</a></p></body></html>`;
// Python's own mail library, as a customer's mail program stands behind it.
const CLIENT = `
import smtplib, sys
from email.message import EmailMessage
mail = EmailMessage()
mail['From'] = 'Ann Lee <ann@example.net>'
mail['To'] = sys.argv[4]
mail['Subject'] = sys.argv[5]
mail['Message-ID'] = sys.argv[6]
mail.set_content('My withdrawal of 500 USDT has not arrived.')
mail.add_alternative(sys.argv[2], subtype='html')
mail.get_payload()[1].add_related(bytes.fromhex(sys.argv[3]), 'image', 'png', cid='<shot@example.net>')
with smtplib.SMTP('127.0.0.1', int(sys.argv[1])) as server:
    server.send_message(mail)
`;
const send = (to, subject, id) => execFileSync('python3', ['-c', CLIENT, String(port), HTML, PIXEL.toString('hex'), to, subject, id], { stdio: ['ignore', 'inherit', 'inherit'] });
let desk, port, browser, admin, context, page, found;
const step = steps('mailview', () => ({ page }));
const asked = [];
const faults = [];
const strangers = () => asked.filter((url) => !url.startsWith(desk.url) && !/^(data|blob|about):/.test(url));
const paper = () => page.frameLocator('dialog iframe');

/** A window in which the hostile mail is open; what it asks of strangers is answered here and never leaves. */
async function look(how) {
  faults.push(...page?.faults ?? []);
  await context?.close();
  context = await windowOfAgent(browser, desk.url, admin, how);
  await context.route('https://tracker.example/**', (route) => route.fulfill({ contentType: 'image/png', body: PIXEL }));
  page = await openPage(context, [desk.url, 'https://tracker.example']);
  page.on('request', (request) => asked.push(request.url()));
  await page.goto(`${desk.url}/inbox/all/${found.id}`);
  await page.getByRole('log').getByText('has not arrived', { exact: false }).waitFor();
}

/** The pictures in the frame that are really there, by their alternative texts. */
const drawn = () => paper().locator('img').evaluateAll((all) => all.filter((img) => img.naturalWidth > 0).map((img) => img.alt));

before(async () => {
  port = await freePort();
  desk = await startDesk({ env: { CANDOR_MAIL_LISTEN: `127.0.0.1:${port}` } });
  admin = await firstAdmin(desk);
  await admin.post('/api/v1/inboxes', { name: 'Mail', channel: 'email' });
  desk.run('channel', 'create', 'MX', '--inbox', 'Mail', '--kind', 'listener', '--address', 'support@desk.test');
  send('support@desk.test', 'Withdrawal report', '<1@example.net>');
  found = await until('the mail is a case', async () => (await admin.get('/api/v1/conversations?view=all')).items.find((each) => each.channel === 'email'));
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await desk?.close();
});

step('at the message stands what is known of its sender, in words', async () => {
  await look();
  const mark = page.getByRole('log').getByText('Sender not proven');
  await mark.waitFor();
  assert.match(await mark.getAttribute('title'), /Nothing shows/);
});

step('without a part in the case the original stays closed; taking it from there opens it', async () => {
  await page.getByRole('button', { name: 'Show formatted' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Take the case to see it').waitFor();
  await dialog.getByRole('button', { name: 'Take the case' }).click();
  await paper().getByText('500 USDT', { exact: false }).first().waitFor();
  await dialog.getByText('Ann Lee <ann@example.net>', { exact: false }).waitFor();
});

step('the page shows its own pictures, and no script ran and nobody else was asked', async () => {
  await until('the picture of the mail is drawn', async () => (await drawn()).includes('Screenshot'));
  assert.deepEqual(await drawn(), ['Screenshot']);
  assert.deepEqual(strangers(), []);
  assert.notEqual(await page.title(), 'owned');
  const tags = await paper().locator('html').evaluate((html) => ['script', 'iframe', 'form', 'input', 'svg', 'link', 'base', 'object', 'video'].filter((tag) => html.querySelector(tag)));
  assert.deepEqual(tags, []);
  const frame = page.locator('dialog iframe');
  assert.equal(await frame.getAttribute('sandbox'), 'allow-popups allow-popups-to-escape-sandbox');
  // Whatever is put into the frame, it has neither scripts nor an origin: the header says so even without the frame's own word.
  const answer = await context.request.get(new URL(await frame.getAttribute('src'), desk.url).href);
  assert.match(answer.headers()['content-security-policy'], /^sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; img-src data:;/);
});

step('a link says its true host and opens apart', async () => {
  const link = paper().getByRole('link', { name: /exchange\.example/ });
  assert.deepEqual(await link.evaluate((a) => [a.title, a.target, a.rel, a.href, a.dataset.otherHost, getComputedStyle(a, '::after').content === 'none']),
    ['evil.example', '_blank', 'noopener noreferrer nofollow', 'https://evil.example/login', 'evil.example', false]);
});

step('the view is readable in the light and in the dark, wide and narrow', async () => {
  for (const [theme, width] of [['light', 1440], ['dark', 1440], ['light', 390], ['dark', 390]]) {
    await look({ theme, width, height: width === 390 ? 844 : 900 });
    await page.getByRole('button', { name: 'Show formatted' }).waitFor();
    await page.screenshot({ path: `${SCREENS}mailview-closed-${theme}-${width}.png` });
    await page.getByRole('button', { name: 'Show formatted' }).click();
    await until('the picture of the mail is drawn', async () => (await drawn()).includes('Screenshot'));
    await page.screenshot({ path: `${SCREENS}mailview-${theme}-${width}.png` });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth), false, 'nothing is wider than the screen');
    assert.deepEqual(violations(await new AxeBuilder({ page }).include('dialog').exclude('iframe').analyze()), []);
    const { height } = await page.getByRole('dialog').boundingBox();
    await page.getByRole('tab', { name: 'Headers and checks' }).click();
    await page.getByRole('dialog').getByText('<1@example.net>').waitFor();
    assert.equal((await page.getByRole('dialog').boundingBox()).height, height, 'nothing jumps');
    await page.screenshot({ path: `${SCREENS}mailview-head-${theme}-${width}.png` });
  }
  assert.deepEqual(strangers(), []);
});

step('pictures of other servers are loaded after they were asked for, and no more than those', async () => {
  await look();
  await page.getByRole('button', { name: 'Show formatted' }).click();
  await page.getByText('2 images lie on other servers', { exact: false }).waitFor();
  assert.deepEqual(strangers(), []);
  await page.getByRole('button', { name: 'Load remote images' }).click();
  await until('they are drawn', async () => (await drawn()).length === 3);
  assert.deepEqual(strangers().sort(), ['https://tracker.example/open.gif?u=7', 'https://tracker.example/second.gif']);
  assert.notEqual(await page.title(), 'owned');
  await page.screenshot({ path: `${SCREENS}mailview-remote.png` });
});

step('the original is a download, byte for byte', async () => {
  const waiting = page.waitForEvent('download');
  await page.getByRole('link', { name: /Download original/ }).click();
  const taken = await waiting;
  assert.equal(taken.suggestedFilename(), 'message.eml');
  const text = readFileSync(await taken.path(), 'utf8');
  assert.ok(text.includes('Message-ID: <1@example.net>') && text.includes('tracker.example'));
});

step('a mail that pretends to answer says why it is a conversation of its own', async () => {
  send('support+c.aaaaaaaaaaaaaaaaae@desk.test', 'Re: [#1] Withdrawal report', '<2@example.net>');
  const apart = await until('the second mail is a case', async () => (await admin.get('/api/v1/conversations?view=all')).items.find((each) => each.subject?.startsWith('Re:')));
  await page.goto(`${desk.url}/inbox/all/${apart.id}`);
  await page.getByText('It carries a reply address that was not made for its sender', { exact: false }).waitFor();
  await page.screenshot({ path: `${SCREENS}mailview-apart.png` });
});

step('the words are there in Chinese as well', async () => {
  await settle(admin, { locale: 'zh-CN' });
  await look({ locale: 'zh-CN' });
  await page.getByText('发件人未经验证').waitFor();
  await page.getByRole('button', { name: '查看原版式' }).click();
  await page.getByText('张图片在其他服务器上', { exact: false }).waitFor();
  await page.screenshot({ path: `${SCREENS}mailview-zh.png` });
});

step('nothing went wrong on the screen', () => assert.deepEqual([...faults, ...page.faults], []));
