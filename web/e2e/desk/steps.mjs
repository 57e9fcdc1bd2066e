// Steps of one story: each needs the one before it, so after a failure the rest fail at once, and every open page is kept as a picture and as a tree.
import { mkdirSync, writeFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

const FAILED = fileURLToPath(new URL('../../../target/e2e-failed/', import.meta.url));

/** `story` names the files; `pages` answers `{name: page}` of whatever is open. */
export function steps(story, pages) {
  let broken;
  return (name, run) => test(name, { timeout: 120_000 }, async () => {
    if (broken) throw new Error(`needs “${broken}”, which failed`);
    try {
      await run();
    } catch (error) {
      broken = name;
      await keep(story, pages()).catch(() => {});
      throw error;
    }
  });
}

async function keep(story, pages) {
  mkdirSync(FAILED, { recursive: true });
  for (const [name, page] of Object.entries(pages)) {
    if (!page || page.isClosed()) continue;
    const file = `${FAILED}${story}-${name}`;
    await page.screenshot({ path: `${file}.png` });
    const trees = await Promise.all(page.frames().map((frame) => frame.locator('body').ariaSnapshot().catch(() => '')));
    writeFileSync(`${file}.txt`, [page.url(), ...trees, ...(page.faults ?? [])].join('\n\n'));
  }
}
