// Waiting for what is to come, with a deadline and a name for what did not.
import { setTimeout as sleep } from 'node:timers/promises';

/** Asks again until the answer is true-ish, and gives it back. */
export async function until(what, ask, patience = 10_000) {
  const end = Date.now() + patience;
  for (;;) {
    const answer = await ask();
    if (answer) return answer;
    if (Date.now() > end) throw new Error(`waited ${patience} ms in vain: ${what}`);
    await sleep(20);
  }
}
