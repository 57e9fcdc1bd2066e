// A mail that was kept apart, and the agent who says where it belongs: found, asked, taken over, and marked for good.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:net';
import { after, before } from 'node:test';
import { AxeBuilder } from '@axe-core/playwright';
import { startDesk } from './desk/server.mjs';
import { firstAdmin, settle } from './desk/api.mjs';
import { launch, openPage, SCREENS, violations, windowOfAgent } from './desk/browser.mjs';
import { steps } from './desk/steps.mjs';
import { until } from './desk/until.mjs';

let desk, browser, admin, context, page, server, first, apart, stranger;
const taken = [];
const faults = [];
const step = steps('join', () => ({ page }));
const listed = async () => (await admin.get('/api/v1/conversations?view=all')).items.filter((each) => each.channel === 'email');

/** The customers' mail server: takes everything and remembers it. */
function startSink() {
  const sink = createServer((line) => {
    let words = '';
    line.write('220 sink.test\r\n');
    line.on('data', (bytes) => {
      words += bytes;
      for (let end = words.indexOf('\r\n'); end >= 0; end = words.indexOf('\r\n')) {
        const said = words.slice(0, end);
        if (line.inside) {
          if (said === '.') { line.inside = false; taken.push(line.mail); line.write('250 2.0.0 taken\r\n'); } else line.mail += `${said}\r\n`;
        } else if (said === 'DATA') { line.inside = true; line.mail = ''; line.write('354 go on\r\n'); } else line.write('250 sink.test\r\n');
        words = words.slice(end + 2);
      }
    });
    line.on('error', () => {});
  });
  return new Promise((done) => sink.listen(0, '127.0.0.1', () => done(sink)));
}

/** A mail by the pipe, and the case it becomes. */
async function send(from, to, subject, words) {
  const had = new Set((await listed()).map((each) => each.id));
  desk.feed(`From: ${from}\nTo: ${to}\nSubject: ${subject}\nDate: Mon, 2 Feb 2026 10:00:00 +0000\nMessage-ID: <${randomUUID()}@example.net>\n\n${words}\n`, 'channel', 'deliver');
  return until('the mail is a case', async () => (await listed()).find((each) => !had.has(each.id)));
}

async function look(how) {
  faults.push(...page?.faults ?? []);
  await context?.close();
  context = await windowOfAgent(browser, desk.url, admin, how);
  // Without a part in both conversations the desk refuses, and the dialog says so.
  page = await openPage(context, [desk.url], (said) => /status of 403 .*\/join\)$/.test(said));
}

before(async () => {
  desk = await startDesk();
  admin = await firstAdmin(desk);
  const inbox = await admin.post('/api/v1/inboxes', { name: 'Mail', channel: 'email' });
  server = await startSink();
  desk.run('channel', 'create', 'Pipe', '--inbox', 'Mail', '--kind', 'pipe');
  await admin.post('/api/v1/channels', {
    inbox: inbox.id, kind: 'sender', name: 'Out',
    addresses: ['support@desk.test'], server: { host: '127.0.0.1', port: server.address().port, security: 'none' },
  });
  first = await send('Ann Lee <ann@example.net>', 'support@desk.test', 'Deposit missing', 'My deposit has not arrived.');
  await admin.post(`/api/v1/conversations/${first.id}/replies`, { client_id: randomUUID(), text: 'Which coin?', seen_seq: 1000, hold_ms: 0 });
  const answer = await until('the answer left', () => taken[0]);
  const [, address] = /^Reply-To: <?([^\s>]+)/mi.exec(answer);
  apart = await send('Ann <ann@elsewhere.example>', address, 'Re: Deposit missing', 'USDT on TRON');
  stranger = await send('Candor Support <help@evil.example>', 'support@desk.test', 'Your account', 'Send me your code');
  browser = await launch();
});
after(async () => {
  await browser?.close();
  await desk?.close();
  server?.close();
});

step('the mail says why it is apart and where it belongs, and a name like ours is a doubt', async () => {
  await look();
  await page.goto(`${desk.url}/inbox/all/${stranger.id}`);
  await page.getByText('goes by a name like ours', { exact: false }).waitFor();
  await page.goto(`${desk.url}/inbox/all/${apart.id}`);
  await page.getByText(`It answers conversation #${first.number}`, { exact: false }).waitFor();
});

step('the dialog is readable in the light and in the dark, wide and narrow', async () => {
  for (const [theme, width] of [['light', 1440], ['dark', 1440], ['light', 390], ['dark', 390]]) {
    await look({ theme, width, height: width === 390 ? 844 : 900 });
    await page.goto(`${desk.url}/inbox/all/${apart.id}`);
    await page.getByRole('button', { name: `Belongs to #${first.number}…` }).click();
    await page.getByRole('dialog').getByText('Ann Lee').waitFor();
    await page.screenshot({ path: `${SCREENS}join-${theme}-${width}.png` });
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth > document.documentElement.clientWidth), false, 'nothing is wider than the screen');
    assert.deepEqual(violations(await new AxeBuilder({ page }).include('dialog').analyze()), []);
  }
});

step('a number that leads nowhere is said so', async () => {
  await look();
  await page.goto(`${desk.url}/inbox/all/${apart.id}`);
  await page.getByRole('button', { name: `Belongs to #${first.number}…` }).press('Enter');
  const dialog = page.getByRole('dialog');
  const number = dialog.getByLabel('Number of the conversation');
  for (const [typed, said] of [['999999', 'no conversation of this number'], ['x', 'Enter the number'], [`#${apart.number}`, 'The mail is in this conversation']]) {
    await number.fill(typed);
    await number.press('Enter');
    await dialog.getByText(said, { exact: false }).waitFor();
  }
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
});

step('by keyboard alone it is taken over, after both conversations are', async () => {
  const way = page.getByRole('button', { name: `Belongs to #${first.number}…` });
  assert.equal(await way.evaluate((button) => document.activeElement === button), true, 'the focus came back');
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Ann Lee').waitFor();
  await dialog.getByLabel('Number of the conversation').press('Enter');
  await dialog.getByText('You need a part in both conversations.').waitFor();
  await dialog.getByLabel('Number of the conversation').press('Enter');
  await page.waitForURL(`**/inbox/all/${first.id}**`);
  const log = page.getByRole('log');
  await log.getByText('USDT on TRON').waitFor();
  await log.getByText(new RegExp(`Joined from #${apart.number} by You, .*: not proven to be the customer’s`)).waitFor();
  await page.screenshot({ path: `${SCREENS}join-marked.png` });
  const words = (await admin.get(`/api/v1/conversations/${first.id}/timeline`)).items.flatMap((item) => item.message?.text ?? []);
  assert.deepEqual(words, ['My deposit has not arrived.', 'Which coin?', 'USDT on TRON']);
});

step('the conversation it came from is over and says where the mail went', async () => {
  await page.goto(`${desk.url}/inbox/all/${apart.id}`);
  await page.getByRole('log').getByText(`You joined the mail to conversation #${first.number}`).waitFor();
  assert.equal(await page.getByRole('log').getByText('USDT on TRON').count(), 0);
  assert.equal((await admin.get(`/api/v1/conversations/${apart.id}`)).category, 'closed');
});

step('a mail that names no conversation goes by number, from its menu', async () => {
  await page.goto(`${desk.url}/inbox/all/${stranger.id}`);
  await page.getByRole('log').getByText('Send me your code').waitFor();
  const mail = page.getByRole('article').first();
  await mail.hover();
  await mail.getByRole('button', { name: 'For this message' }).click();
  await page.getByRole('menuitem', { name: 'Join to another conversation…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Number of the conversation').fill(String(first.number));
  await dialog.getByRole('button', { name: 'Find' }).click();
  await dialog.getByText('Ann Lee').waitFor();
  await page.keyboard.press('Escape');
});

step('the words are there in Chinese as well', async () => {
  await settle(admin, { locale: 'zh-CN' });
  await look({ locale: 'zh-CN' });
  await page.goto(`${desk.url}/inbox/all/${first.id}`);
  await page.getByText('无法证明是客户本人所写', { exact: false }).waitFor();
  await page.screenshot({ path: `${SCREENS}join-zh.png` });
});

step('nothing went wrong on the screen', () => assert.deepEqual([...faults, ...page.faults], []));
