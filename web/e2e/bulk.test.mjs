// One thing done to many conversations, from the keyboard: to a few that are picked, and to a whole list by a job that can be watched, stopped and taken back.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { startDesk } from './desk/server.mjs';
import { ask, firstAdmin, openInbox, visitor } from './desk/api.mjs';
import { launch, openPage, windowOfAgent } from './desk/browser.mjs';
import { steps } from './desk/steps.mjs';
import { until } from './desk/until.mjs';

/** Enough that a job is still at work when somebody presses its Stop. */
const ALL = 2_000;
let desk, browser, admin, page, calm;
const step = steps('bulk', () => ({ page }));
const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
const bar = () => page.getByRole('region', { name: 'Changes to many conversations' });
const toolbar = () => page.getByRole('toolbar', { name: 'For the selected conversations' });

/** What an agent can have changed in each conversation. */
async function conversations() {
  const found = {};
  for (const view of ['unassigned', 'resolved']) {
    for (let more = ''; more !== undefined;) {
      const { items, next } = await admin.get(`/api/v1/conversations?view=${view}&limit=100${more}`);
      for (const { id, status, priority, assignee, tags } of items) found[id] = { status, priority, assignee, tags };
      more = next ? `&cursor=${encodeURIComponent(next)}` : undefined;
    }
  }
  return found;
}
const resolved = async () => (await admin.get('/api/v1/conversations?view=resolved&limit=100')).items;
const urgent = async () => Object.values(await conversations()).filter((one) => one.priority === 'urgent').length;

before(async () => {
  desk = await startDesk();
  admin = await firstAdmin(desk);
  const customer = await visitor(desk, await openInbox(admin));
  const questions = Array.from({ length: ALL }, (_, at) => `Question ${at + 1}`);
  await Promise.all(Array.from({ length: 8 }, async () => { while (questions.length > 0) await ask(customer, questions.shift()); }));
  calm = await conversations();
  browser = await launch();
  const context = await windowOfAgent(browser, desk.url, admin);
  page = await openPage(context, [desk.url]);
  await page.goto(`${desk.url}/inbox/unassigned`);
  await page.getByRole('link').filter({ hasText: 'Question' }).first().waitFor();
});
after(async () => {
  await browser?.close();
  await desk?.close();
});

step('the name of a list is shown whole beside its number and its order', async () => {
  const name = page.getByRole('heading', { level: 1, name: 'Unassigned' });
  assert.ok(await name.evaluate((shown) => shown.scrollWidth <= shown.clientWidth), 'nothing of it is cut');
  await page.getByRole('button', { name: 'Waiting longest' }).waitFor();
});

step('three are picked with the keyboard, resolved together, and taken back together', async () => {
  await press('j', 'x', 'Shift+J', 'Shift+J');
  await toolbar().getByText('3 selected').waitFor();
  await onOneLine(toolbar().getByText('3 selected'));
  await press('e');
  await page.getByRole('status').getByText('Now Resolved · 3 conversations').waitFor();
  assert.equal((await resolved()).length, 3);
  assert.equal(await bar().isVisible(), false, 'a few are done at once, without a job');
  await press('z');
  await until('they are as before', async () => (await resolved()).length === 0);
  assert.deepEqual(await conversations(), calm);
  await page.getByRole('status').getByText('Undone: Now Resolved · 3 conversations').waitFor();
  assert.equal(await page.getByRole('button', { name: 'Undo' }).count(), 0, 'what was taken back is not offered again');
});

/** What the bar says, and its tools. */
async function onOneLine(said) {
  const [words, tools] = await Promise.all([said, toolbar().getByRole('button', { name: 'Assign', exact: false }).first()].map((part) => part.boundingBox()));
  assert.ok(words.x + words.width <= tools.x && Math.abs(words.y - tools.y) < tools.height, 'the number and the tools stand on one line');
}

async function makeAllUrgent() {
  await press('Alt+1', 'Control+a');
  await page.getByRole('button', { name: /^Select all 2,?000 that match$/ }).press('Enter');
  await toolbar().getByText(/^All 2,?000$/).waitFor();
  await onOneLine(toolbar().getByText(/^All 2,?000$/));
  await press('p');
  await page.getByRole('option', { name: 'Urgent' }).waitFor();
  await page.keyboard.type('Urgent');
  await press('Enter');
}
async function takeBack() {
  await bar().getByRole('button', { name: 'Undo' }).press('Enter');
  await bar().getByText(/conversations are as before$/).waitFor({ timeout: 60_000 });
  assert.deepEqual(await conversations(), calm);
  await bar().getByRole('button', { name: 'Close' }).press('Enter');
  await bar().waitFor({ state: 'hidden' });
}

step('a whole list is changed by a job that shows how far it is and when it has ended', async () => {
  const progress = [bar().getByRole('progressbar'), bar().getByText(/^Changing: [\d,]+ of 2,?000$/)];
  await Promise.all([...progress.map((part) => part.waitFor()), makeAllUrgent()]);
  await bar().getByText(/^2,?000 conversations changed$/).waitFor({ timeout: 60_000 });
  await progress[0].waitFor({ state: 'detached' });
  assert.equal(await urgent(), ALL);
});

step('it is taken back from the bar, also after the page was loaded again', async () => {
  await page.reload();
  await takeBack();
});

step('a job that runs is stopped; what it did stays until that is taken back too', async () => {
  await Promise.all([bar().getByRole('button', { name: 'Stop' }).press('Enter'), makeAllUrgent()]);
  const stopped = bar().getByText(/^Stopped: [\d,]+ changed$/);
  await stopped.waitFor();
  const changed = await urgent();
  assert.ok(changed < ALL, 'it stopped before its end');
  assert.match((await stopped.textContent()).replace(',', ''), new RegExp(`^Stopped: ${changed} `));
  await takeBack();
});

step('nothing went wrong on the screen', () => assert.deepEqual(page.faults, []));
