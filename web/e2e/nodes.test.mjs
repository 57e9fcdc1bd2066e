// One desk on two nodes: a customer's chat comes to node A, an agent's console to node B; A dies and nobody has to do anything.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { after, before } from 'node:test';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { database, freePort, startDesk } from './desk/server.mjs';
import { firstAdmin, openInbox } from './desk/api.mjs';
import { launch, openPage, windowOf, windowOfAgent } from './desk/browser.mjs';
import { startFront } from './desk/front.mjs';
import { startHost } from './desk/host.mjs';
import { steps } from './desk/steps.mjs';
import { until } from './desk/until.mjs';

let files, a, b, visitors, agents, host, browser, admin, customer, chat, agent, conversation;
const step = steps('nodes', () => ({ customer, agent }));
/** What a browser says of a line that ended and of a customer who has no session yet; the pages handle it. */
const handled = (said) => /ERR_CONNECTION|ERR_SOCKET|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE|WebSocket|status of 401 .*\/session\)|status of 403 .*\/contact\)/.test(said);
const bubble = (text) => chat.getByRole('article').filter({ hasText: text });
const PDF = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(150_000, 'withdrawal ')]);

// SQLite has one node.
const only = database === 'postgres' ? step : () => {};

before(async () => {
  if (database !== 'postgres') return;
  files = mkdtempSync(join(tmpdir(), 'candor-e2e-files-'));
  const port = await freePort();
  const publicUrl = `http://127.0.0.1:${port}`;
  const shared = { CANDOR_FILES_FOLDER: files };
  a = await startDesk({ publicUrl, env: shared });
  visitors = await startFront('127.0.0.1', port, [a]);
  admin = await firstAdmin({ url: publicUrl, said: a.said });
  await visitors.close();
  b = await startDesk({ publicUrl, beside: a, env: { ...shared, CANDOR_MASTER_KEY_FILE: join(a.data, 'master.key') } });
  visitors = await startFront('127.0.0.1', port, [a, b]);
  agents = await startFront('127.0.0.2', port, [b]);
  host = await startHost('127.0.0.1');
  const inbox = await openInbox(admin, host.url);
  Object.assign(host, { inbox: inbox.id, desk: publicUrl });
  browser = await launch();
});
after(async () => {
  await browser?.close();
  for (const one of [host, agents, visitors, b, a]) await one?.close();
  if (files) rmSync(files, { recursive: true, force: true });
});

async function says(text) {
  await chat.getByRole('textbox', { name: 'Message' }).fill(text);
  await chat.getByRole('textbox', { name: 'Message' }).press('Enter');
  await bubble(text).getByText(/Delivered|Read/).waitFor({ timeout: 30_000 });
}
async function answers(text) {
  const box = agent.getByRole('textbox', { name: /^Reply to/ });
  await box.fill(text);
  await box.press('Control+Enter');
  await agent.getByRole('article', { name: /about to leave/ }).getByRole('button', { name: 'Send now' }).click();
  await bubble(text).waitFor({ timeout: 30_000 });
}

only('a customer writes at A', async () => {
  customer = await openPage(await windowOf(browser, { locale: 'en' }), [visitors.url, host.url], handled);
  await customer.goto(host.url);
  await customer.getByRole('button').click();
  chat = customer.frameLocator('iframe');
  await says('my withdrawal does not arrive');
  assert.ok(visitors.served.get(a) > 0 && visitors.served.get(b) === 0, 'the customer is at A alone');
});

only('an agent at B sees it at once and answers', async () => {
  const context = await windowOfAgent(browser, agents.url, admin);
  agent = await openPage(context, [agents.url], handled);
  await agent.goto(`${agents.url}/inbox/unassigned`);
  const row = agent.getByRole('link').filter({ hasText: 'my withdrawal does not arrive' });
  await row.click();
  await agent.keyboard.press('i');
  await agent.getByRole('log').getByText('You took this').waitFor();
  await answers('we look into it');
  conversation = (await admin.get('/api/v1/conversations?view=all')).items[0].id;
});

only('typing crosses the nodes, both ways', async () => {
  await agent.getByRole('textbox', { name: /^Reply to/ }).pressSequentially('one moment please', { delay: 120 });
  await chat.getByText(/is typing/).first().waitFor({ timeout: 5_000 });
  await agent.getByRole('textbox', { name: /^Reply to/ }).fill('');
});

only('a file sent at A opens at B', async () => {
  await chat.locator('input[type=file]').first().setInputFiles({ name: 'statement.pdf', mimeType: 'application/pdf', buffer: PDF });
  await chat.getByText('statement.pdf').first().waitFor();
  await says('here is my statement');
  await agent.getByRole('log').getByText('statement.pdf').first().waitFor();
});

only('A dies, and the customer goes on at B without noticing more than a moment', async () => {
  await a.kill();
  await says('are you still there?');
  assert.ok(visitors.served.get(b) > 0, 'the customer came to B');
  await agent.getByRole('log').getByText('are you still there?').waitFor({ timeout: 5_000 });
  await answers('yes, and your coins are on their way');
});

only('the file that A took in opens at B in the agent’s browser', async () => {
  const { items } = await admin.get(`/api/v1/conversations/${conversation}/timeline`);
  const file = items.flatMap((item) => item.message?.files ?? [])[0];
  const length = await agent.evaluate(async (id) => {
    const asked = { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ files: [id] }) };
    const { items } = await (await fetch('/api/v1/files/links', asked)).json();
    return (await (await fetch(items[0].file.url)).arrayBuffer()).byteLength;
  }, file.id);
  assert.equal(length, PDF.length);
});

only('nothing is lost, doubled or out of order', async () => {
  const { items } = await admin.get(`/api/v1/conversations/${conversation}/timeline`);
  const words = items.filter((item) => item.message).map((item) => item.message.text);
  assert.deepEqual(words, ['my withdrawal does not arrive', 'we look into it', 'here is my statement', 'are you still there?', 'yes, and your coins are on their way']);
  assert.deepEqual(items.map((item) => item.seq), items.map((_, index) => index + 1));
  const shown = await chat.getByRole('article').allInnerTexts();
  for (const text of words) assert.equal(shown.filter((one) => one.includes(text)).length, 1, `“${text}” in the chat`);
});

only('A comes back beside B, and both agree', async () => {
  await a.start();
  await until('A shows the same conversation', async () => {
    const answer = await fetch(`${a.url}/api/v1/conversations/${conversation}/timeline`, { headers: { cookie: admin.headers.cookie } });
    return answer.status === 200 && (await answer.json()).items.filter((item) => item.message).length === 5;
  });
  assert.deepEqual([...a.errors(), ...b.errors()], []);
  assert.deepEqual([...customer.faults, ...agent.faults], []);
});
