// Chromium, and pages that must not go wrong: an error on the console, a broken policy or a request to a stranger is a fault.
import { AxeBuilder } from '@axe-core/playwright';
import { chromium } from 'playwright-core';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';

export const CHROMIUM = process.env.CHROME_PATH ?? '/usr/bin/chromium';
export const FLAGS = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];
export const SCREENS = fileURLToPath(new URL('../../../target/screens/', import.meta.url));
mkdirSync(`${SCREENS}album`, { recursive: true });

export const launch = (...flags) => chromium.launch({ executablePath: CHROMIUM, headless: true, args: [...FLAGS, ...flags] });

/**
 * A page that notes its faults. `origins` are those that it may ask; `excuse` answers true for a console message that is meant to come,
 * as the browser's own line about a refused request.
 */
export async function openPage(context, origins, excuse = () => false) {
  const page = await context.newPage();
  page.faults = [];
  watch(page, origins, excuse);
  return page;
}

function watch(page, origins, excuse) {
  page.on('console', (message) => {
    if (message.type() !== 'error' && !/Content Security Policy/i.test(message.text())) return;
    const said = `${message.text()} (${message.location().url})`;
    if (!excuse(said)) page.faults.push(`console: ${said}`);
  });
  page.on('pageerror', (error) => page.faults.push(`uncaught: ${error.stack ?? error}`));
  page.on('request', (request) => {
    const url = new URL(request.url());
    if (['data:', 'blob:', 'about:'].includes(url.protocol)) return;
    if (!origins.includes(url.origin)) page.faults.push(`asked a stranger: ${request.url()}`);
  });
}

/** A browser window of somebody: language, size, theme; time limits that end only tests that fail. */
export async function windowOf(browser, { locale = 'en', width = 1440, height = 900, theme = 'light', ...more } = {}) {
  const context = await browser.newContext({ locale, viewport: { width, height }, colorScheme: theme, timezoneId: 'Asia/Shanghai', reducedMotion: 'reduce', ...more });
  context.setDefaultTimeout(10_000);
  return context;
}

/** A window in which an agent of a desk is signed in already. */
export async function windowOfAgent(browser, url, who, how = {}) {
  const context = await windowOf(browser, how);
  const [name, ...value] = who.headers.cookie.split('=');
  await context.addCookies([{ name, value: value.join('='), url }]);
  return context;
}

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/**
 * What a page breaks of WCAG, by all rules or by those named. A page without frames keeps the checker for the next time it is asked:
 * `AxeBuilder` brings it anew and opens a page to put frames together in, which takes longer than the looking.
 */
export async function broken(page, rules) {
  const options = { resultTypes: ['violations'], ...(rules && { runOnly: { type: 'rule', values: rules } }) };
  if (page.frames().length > 1) return violations(await new AxeBuilder({ page }).options(options).analyze());
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(AXE);
  return violations(await page.evaluate(async (how) => ({ violations: (await window.axe.run(document, how)).violations }), options));
}

/** The lines of a WCAG report that a person needs. */
export function violations(report) {
  return report.violations.map((one) => `${one.id} (${one.impact}): ${one.help}\n    ${one.nodes.slice(0, 3).map((node) => `${node.target.join(' ')}: ${node.failureSummary?.replace(/\s+/g, ' ')}`).join('\n    ')}`);
}

/** Presses a key until what it opens is there: a page that is still being put together hears none. */
export async function pressed(page, key, opened) {
  for (let time = 0; time < 5 && !(await opened.isVisible()); time += 1) {
    await page.keyboard.press(key);
    await opened.waitFor({ timeout: 2_000 }).catch(() => {});
  }
  await opened.waitFor();
}
