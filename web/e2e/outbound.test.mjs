// Mail that the desk begins: an agent writes first and takes it back in time, and asks a third party about a chat, which its customer never learns.
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { after, before } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { ask, firstAdmin, openInbox, visitor } from './desk/api.mjs';
import { launch, openPage, pressed, SCREENS, violations, windowOfAgent } from './desk/browser.mjs';
import { startDesk } from './desk/server.mjs';
import { steps } from './desk/steps.mjs';
import { until } from './desk/until.mjs';

let desk, sink, browser, admin, customer, chat, page;
const taken = [];
const step = steps('outbound', () => ({ page }));

/** A mail server that takes everything. */
async function startSink() {
  const server = createServer((line) => {
    let mail = '', inside = false, rest = '';
    line.write('220 sink.test\r\n');
    line.on('error', () => {});
    line.on('data', (bytes) => {
      const lines = (rest + bytes).split('\r\n');
      rest = lines.pop();
      for (const each of lines) {
        if (inside && each !== '.') { mail += `${each}\n`; continue; }
        if (each === '.') { taken.push(mail); mail = ''; inside = false; line.write('250 2.0.0 taken\r\n'); continue; }
        mail += `${each}\n`;
        inside = each === 'DATA';
        line.write(inside ? '354 go on\r\n' : each === 'QUIT' ? '221 bye\r\n' : '250 sink.test\r\n');
        if (each === 'QUIT') line.end();
      }
    });
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  return server;
}

before(async () => {
  sink = await startSink();
  desk = await startDesk();
  admin = await firstAdmin(desk);
  const web = await openInbox(admin);
  customer = await visitor(desk, web);
  chat = (await ask(customer, 'My transfer zq77 is missing')).id;
  const inbox = await admin.post('/api/v1/inboxes', { name: 'Support mail', channel: 'email' });
  await admin.post('/api/v1/channels', { inbox: inbox.id, kind: 'sender', name: 'Out', addresses: ['support@desk.test'], server: { host: '127.0.0.1', port: sink.address().port, security: 'none' } });
  browser = await launch();
  const context = await windowOfAgent(browser, desk.url, admin);
  page = await openPage(context, [desk.url]);
});
after(async () => {
  await browser?.close();
  await desk?.close();
  sink?.close();
});

const clean = async () => {
  const report = await new AxeBuilder({ page }).include('dialog[open]').analyze();
  assert.deepEqual(violations(report), []);
};

step('c opens a new mail, and what is missing is named', async () => {
  await page.goto(`${desk.url}/inbox/mine`);
  await page.getByRole('heading', { name: 'Mine' }).first().waitFor();
  const dialog = page.getByRole('dialog', { name: 'New mail' });
  await pressed(page, 'c', dialog);
  await dialog.getByRole('button', { name: 'Send' }).click();
  await until('the keyboard is at the first wrong field', () => dialog.getByLabel('To', { exact: true }).evaluate((field) => field === document.activeElement));
  assert.ok((await dialog.getByLabel('Text').boundingBox()).height > 150, 'there is room for a letter');
  for (const words of ['Enter an e-mail address', 'Give it a subject', 'Write something or attach a file']) await dialog.getByText(words).first().waitFor();
  await clean();
  await dialog.getByLabel('To', { exact: true }).fill('ann@example.net');
  await dialog.getByLabel('Subject').fill('Your account review');
  await dialog.getByLabel('Text').fill('Please send us the form.');
  await page.screenshot({ path: `${SCREENS}mail-first.png` });
  await page.keyboard.press('Control+Enter');
  await page.waitForURL(/\/inbox\/mine\/[0-9a-f-]+$/);
});

step('it waits out its undo window, comes back, and leaves when it is sent again', async () => {
  const log = page.getByRole('log');
  await log.getByText('Please send us the form.').waitFor();
  // Its author reads the address as they typed it, while it can be mended.
  await log.getByText('to ann@example.net', { exact: true }).waitFor();
  await page.getByRole('button', { name: 'Undo' }).click();
  const box = page.getByRole('textbox', { name: /Reply/ });
  await until('the words are in the box', async () => (await box.inputValue()).includes('Please send us the form.'));
  assert.equal(taken.length, 0);
  await box.press('Control+Enter');
  await until('it has left', () => taken.length === 1, 20_000);
  assert.match(taken[0], /RCPT TO:<ann@example\.net>[^]*Subject: Your account review[^]*Please send us the form\./);
});

step('a third party is asked: the second step shows exactly what leaves', async () => {
  await page.goto(`${desk.url}/inbox/all/${chat}`);
  await page.getByRole('log').getByText('zq77').waitFor();
  await page.keyboard.press('Shift+f');
  const dialog = page.getByRole('dialog', { name: 'Ask a third party' });
  await dialog.getByLabel('To', { exact: true }).fill('bank@example.org');
  await dialog.getByLabel('Subject').fill('A transfer');
  await dialog.getByLabel('Your question').fill('Have you seen it?');
  await dialog.getByRole('checkbox', { name: /zq77/ }).check();
  await clean();
  await dialog.getByRole('button', { name: 'Show what leaves' }).click();
  const check = page.getByRole('dialog', { name: 'This will leave the desk' });
  await check.getByText('bank@example.org').waitFor();
  const letter = await check.getByRole('region', { name: 'Text of the mail' }).innerText();
  assert.match(letter, /^Have you seen it\?[^]*Customer[^]*zq77 is missing\s+--\s+Ada/);
  await clean();
  await page.screenshot({ path: `${SCREENS}ask-third.png` });
  await check.getByRole('button', { name: 'Send it' }).click();
  await until('it has left', () => taken.length === 2, 20_000);
  assert.match(taken[1], /RCPT TO:<bank@example\.org>[^]*zq77/);
});

step('the case shows the thread, the thread its case, and the customer nothing', async () => {
  const threads = page.getByRole('complementary').getByRole('heading', { name: /Side threads/ });
  await threads.waitFor();
  await page.getByRole('log').getByText('You asked a third party').waitFor();
  const link = page.getByRole('complementary').getByRole('link', { name: /bank@example\.org/ });
  await link.waitFor();
  const seen = JSON.stringify([await customer.get('/visitor/v1/conversations'), await customer.get(`/visitor/v1/conversations/${chat}/events`)]);
  assert.doesNotMatch(seen, /bank|Have you seen|side/);
  await link.click();
  await page.getByRole('complementary').getByRole('link', { name: /About conversation #\d+/ }).click();
  await page.waitForURL(new RegExp(`${chat}$`));
});

step('a case may be left before its threads have come', async () => {
  let left;
  const leaving = new Promise((done) => { left = done; });
  await page.route('**/side-threads', async (route) => { await leaving; await route.continue(); });
  await page.goto(`${desk.url}/inbox/all`);
  const asked = page.waitForRequest('**/side-threads');
  await page.locator(`a[href$="${chat}"]`).first().click();
  await asked;
  await page.goBack();
  await page.getByRole('log').waitFor({ state: 'detached' });
  const come = page.waitForResponse('**/side-threads');
  left();
  await (await come).finished();
  await page.evaluate(() => new Promise((drawn) => { requestAnimationFrame(() => requestAnimationFrame(drawn)); }));
  await page.unroute('**/side-threads');
  assert.deepEqual(page.faults, []);
});

step('on a phone both dialogs fit and the panel is there', async () => {
  await page.setViewportSize({ width: 390, height: 800 });
  await page.goto(`${desk.url}/inbox/all`);
  await page.getByRole('button', { name: 'Write a new mail' }).click();
  const dialog = page.getByRole('dialog', { name: 'New mail' });
  await dialog.waitFor();
  const { width } = await dialog.boundingBox();
  assert.ok(width <= 390, `${width} px`);
  await clean();
  await page.keyboard.press('Escape');
});

step('nothing went wrong on the screen', () => assert.deepEqual(page.faults, []));
