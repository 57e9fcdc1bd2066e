// Without a network nothing is lost: messages wait in the browser, say so, survive a closed page, and arrive once, in order.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { startDesk } from './desk/server.mjs';
import { firstAdmin, openInbox } from './desk/api.mjs';
import { launch, openPage, windowOf } from './desk/browser.mjs';
import { startHost } from './desk/host.mjs';
import { steps } from './desk/steps.mjs';
import { until } from './desk/until.mjs';

let desk, host, browser, admin, inbox, context, page, chat;
const step = steps('outbox', () => ({ page }));
const lost = (said) => /ERR_INTERNET_DISCONNECTED|ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_SOCKET|WebSocket/.test(said);

before(async () => {
  desk = await startDesk();
  // A window of the tests denies storage to frames of other sites: there the outbox is the tab's memory, which the story plays.
  host = await startHost('127.0.0.1');
  admin = await firstAdmin(desk);
  inbox = await openInbox(admin, host.url);
  Object.assign(host, { inbox: inbox.id, desk: desk.url });
  browser = await launch();
  context = await windowOf(browser, { locale: 'en' });
});
after(async () => {
  await browser?.close();
  await host?.close();
  await desk?.close();
});

async function open() {
  page = await openPage(context, [desk.url, host.url], lost);
  await page.goto(host.url);
  await page.getByRole('button').click();
  chat = page.frameLocator('iframe');
  await chat.getByRole('textbox', { name: 'Message' }).waitFor();
}
async function say(text) {
  await chat.getByRole('textbox', { name: 'Message' }).fill(text);
  await chat.getByRole('textbox', { name: 'Message' }).press('Enter');
}
const bubble = (text) => chat.getByRole('article').filter({ hasText: text });

step('offline, a message says that it waits', async () => {
  await open();
  await say('first, on line');
  await bubble('first').getByText('Delivered').waitFor();
  await context.setOffline(true);
  await say('second, off line');
  await say('third, off line');
  await bubble('second').getByText('Not sent yet').waitFor();
  await bubble('third').getByText('Not sent yet').waitFor();
});

step('back on line, what waited goes by itself, in order', async () => {
  await context.setOffline(false);
  await bubble('third').getByText(/Delivered|Read/).waitFor({ timeout: 30_000 });
  assert.deepEqual(await stored(), ['first, on line', 'second, off line', 'third, off line']);
});

step('what was written while the server was dead outlives the page', async () => {
  await desk.kill();
  await say('fourth, nobody there');
  await bubble('fourth').getByText(/Not sent yet|Sending/).waitFor();
  await page.close();
  await desk.start();
  await open();
  await bubble('fourth').getByText(/Delivered|Read/).waitFor({ timeout: 30_000 });
  assert.deepEqual(await stored(), ['first, on line', 'second, off line', 'third, off line', 'fourth, nobody there']);
});

step('two tabs are one visitor, and a message shows in both once', async () => {
  const other = page;
  const otherChat = chat;
  await open();
  await say('fifth, from the second tab');
  await bubble('fifth').getByText(/Delivered|Read/).waitFor();
  const seen = otherChat.getByRole('article').filter({ hasText: 'fifth' });
  await seen.waitFor();
  assert.equal(await seen.count(), 1);
  assert.deepEqual([...other.faults, ...page.faults], []);
  assert.equal((await stored()).length, 5);
});

/** The texts as the desk has them, when it has them all. */
async function stored() {
  const { items } = await admin.get('/api/v1/conversations?view=all');
  assert.equal(items.length, 1, 'one visitor, one conversation');
  const lines = await until('the timeline can be read', () => admin.get(`/api/v1/conversations/${items[0].id}/timeline`));
  return lines.items.filter((item) => item.message).map((item) => item.message.text);
}
