// A day without a mouse: everything here is typed. Each place that Tab reaches must show that it is there.
import assert from 'node:assert/strict';
import { after, before } from 'node:test';
import { startDesk } from './desk/server.mjs';
import { PASSWORD, ask, firstAdmin, openInbox, settle, visitor } from './desk/api.mjs';
import { launch, openPage, SCREENS, windowOf } from './desk/browser.mjs';
import { startHost } from './desk/host.mjs';
import { steps } from './desk/steps.mjs';
import { until } from './desk/until.mjs';

let desk, host, browser, admin, customer, talk, page, site;
const step = steps('keyboard', () => ({ page, site }));
const handled = (said) => /status of 401 .*\/api\/v1\/session\)$/.test(said) || /status of 403 .*\/contact\)$/.test(said);

before(async () => {
  desk = await startDesk();
  host = await startHost();
  admin = await firstAdmin(desk);
  await settle(admin, { undo_seconds: 5 });
  const inbox = await openInbox(admin, host.url);
  Object.assign(host, { inbox: inbox.id, desk: desk.url });
  await admin.post('/api/v1/tags', { name: 'deposit', colour: 'green' });
  customer = await visitor(desk, inbox);
  talk = await ask(customer, 'Where is my deposit?');
  await ask(await visitor(desk, inbox), 'And mine?');
  browser = await launch();
  page = await openPage(await windowOf(browser), [desk.url], handled);
});
after(async () => {
  await browser?.close();
  await host?.close();
  await desk?.close();
});

const press = async (...keys) => { for (const key of keys) await page.keyboard.press(key); };
const row = () => admin.get(`/api/v1/conversations/${talk.id}`);

step('sign in', async () => {
  await page.goto(desk.url);
  await page.getByLabel('Email').waitFor();
  await until('the first field has the keyboard', () => page.evaluate(() => document.activeElement?.getAttribute('type') === 'email'));
  await page.keyboard.type('ada@desk.test');
  await press('Tab');
  await page.keyboard.type(PASSWORD);
  await press('Enter');
  await page.waitForURL('**/inbox/mine');
  await page.getByRole('heading', { level: 1, name: 'Mine' }).waitFor();
});

step('go to a view, walk its list, open a conversation and take it', async () => {
  await press('g', 'u');
  await page.waitForURL('**/inbox/unassigned');
  await page.getByRole('link').filter({ hasText: 'Where is my deposit?' }).waitFor();
  await press('j', 'j', 'k', 'Enter');
  await page.getByRole('log').waitFor();
  if (!page.url().includes(talk.id)) await press(']', 'Alt+1', 'j', 'Enter');
  await page.waitForURL(`**/${talk.id}`);
  await press('i');
  await until('it is mine', async () => (await row()).assignee);
});

step('answer, take it back, answer again', async () => {
  await press('r');
  await page.keyboard.type('It arrived.');
  await press('Control+Enter');
  await page.getByRole('article', { name: /about to leave/ }).waitFor();
  await press('Control+z');
  const box = page.getByRole('textbox', { name: /^Reply to/ });
  await until('the words are back', async () => (await box.inputValue()) === 'It arrived.');
  await page.keyboard.type(' Block 61,204,118.');
  await press('Control+Enter');
  const mine = async () => (await customer.get(`/visitor/v1/conversations/${talk.id}/events`)).items.filter((event) => event.message?.from === 'them');
  const [said] = await until('the customer has it', async () => { const events = await mine(); return events.length && events; }, 15_000);
  assert.equal(said.message.text, 'It arrived. Block 61,204,118.');
  assert.equal((await mine()).length, 1);
});

step('note, tag, priority, snooze, resolve', async () => {
  await press('Alt+2', 'n');
  await page.keyboard.type('Checked on the chain.');
  await press('Control+Enter');
  await page.getByRole('log').getByText('Checked on the chain.').waitFor();
  await press('Alt+2', 'l');
  await page.keyboard.type('deposit');
  await press('Enter', 'Escape');
  await until('it is tagged', async () => (await row()).tags.length === 1);
  await press('Alt+2', 'p');
  await page.keyboard.type('High');
  await press('Enter');
  await until('it is of high priority', async () => (await row()).priority === 'high');
  await press('Alt+2', 's');
  await until('it sleeps', async () => (await row()).snoozed);
  await press('Alt+2', 'e');
  await until('it is resolved', async () => (await row()).category === 'resolved');
  await page.getByRole('status').getByText('Now Resolved').waitFor();
  await press('z');
  await until('it is not resolved after all', async () => (await row()).category !== 'resolved');
});

/** Closes the box that is open, and presses a key before the browser tells anybody that it closed: as quick as keys can follow each other. */
async function pressAsSoonAsGone(key) {
  await page.evaluate((key) => {
    const box = document.querySelector('dialog[open]');
    new MutationObserver((_, seen) => {
      if (box.open) return;
      seen.disconnect();
      document.activeElement.dispatchEvent(new KeyboardEvent('keydown', { key, bubbles: true, cancelable: true }));
    }).observe(box, { attributes: true });
  }, key);
  await press('Escape');
}

step('the palette goes anywhere, and the sheet names every key', async () => {
  await press('Control+k');
  await page.getByRole('combobox').waitFor();
  await page.keyboard.type('tags');
  await page.getByRole('option').first().waitFor();
  await press('Escape');
  await page.getByRole('combobox').waitFor({ state: 'detached' });
  await press('Alt+2', '?');
  const sheet = page.getByRole('dialog');
  await sheet.getByText('Search').first().waitFor();
  assert.ok(await sheet.locator('dt').count() > 30, 'the sheet is complete');
  await press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await press('Control+k');
  await page.getByRole('combobox').waitFor();
  await pressAsSoonAsGone('?');
  await sheet.getByText('Search').first().waitFor();
  await press('Escape');
  await sheet.waitFor({ state: 'detached' });
  await press('g', 's');
  await page.waitForURL('**/settings**');
});

step('a tag is made', async () => {
  await page.goto(`${desk.url}/settings/tags`);
  await page.getByRole('button', { name: 'New tag' }).waitFor();
  await until('Tab reaches the button', async () => { await press('Tab'); return page.evaluate(() => document.activeElement?.textContent?.includes('New tag')); });
  await press('Enter');
  await page.getByRole('dialog').getByLabel('Name').waitFor();
  await page.keyboard.type('withdrawal');
  await press('Enter');
  await until('the tag is there', async () => (await admin.get('/api/v1/tags')).items.some((tag) => tag.name === 'withdrawal'));
});

step('every place that Tab reaches shows it', async () => {
  await page.goto(`${desk.url}/inbox/all/${talk.id}`);
  await page.getByRole('log').waitFor();
  const unseen = [];
  for (let stop = 1; stop <= 40; stop += 1) {
    await press('Tab');
    const { name, shows } = await page.evaluate(() => {
      const here = document.activeElement;
      // The mark may be on the element or on the box around it.
      let shows = false;
      for (let element = here, up = 0; element && up < 4; element = element.parentElement, up += 1) {
        const style = getComputedStyle(element);
        shows ||= (style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0) || style.boxShadow !== 'none';
      }
      return { name: here?.getAttribute('aria-label') ?? here?.textContent?.trim().slice(0, 40) ?? '', shows: shows || here === document.body };
    });
    if (!shows) unseen.push(name);
    if (stop % 8 === 0) await page.screenshot({ path: `${SCREENS}focus-${stop}.png` });
  }
  assert.deepEqual(unseen, []);
});

step('a customer opens the chat, writes, and closes it again', async () => {
  site = await openPage(await windowOf(browser), [desk.url, host.url]);
  await site.goto(host.url);
  await site.waitForFunction(() => window.Candor);
  await site.keyboard.press('Tab');
  await site.keyboard.press('Enter');
  const chat = site.frameLocator('iframe');
  const box = chat.getByRole('textbox', { name: 'Message' });
  await box.waitFor();
  await until('the message box has the keyboard', () => box.evaluate((element) => element === document.activeElement && document.hasFocus()));
  await site.keyboard.type('Typed without a mouse');
  await site.keyboard.press('Enter');
  await chat.getByRole('article').filter({ hasText: 'Typed without a mouse' }).getByText('Delivered').waitFor();
  await site.keyboard.press('Escape');
  await until('the launcher has the keyboard back', () => site.evaluate(() => document.activeElement?.shadowRoot?.activeElement?.getAttribute('aria-expanded') === 'false'));
});

step('nothing went wrong on the way', () => assert.deepEqual([...page.faults, ...site.faults], []));
