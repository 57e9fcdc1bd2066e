// The agents' surface of the server, and what a problem is called on the screen.
import { makeClient, isProblem } from '$shared/api/client';
import { t, type Key } from '../i18n.svelte';

export const BASE = '/api/v1';

const signedOut = new Set<() => void>();
/** Called when an answer says that the session is gone. */
export function onSignedOut(act: () => void): void {
  signedOut.add(act);
}

let skew = 0;
/** The server's time now, as well as its `Date` header tells: held replies and snoozes are counted from it. */
export const serverNow = (): number => Date.now() + skew;

export const api = makeClient({
  base: BASE,
  signedOut: () => { for (const act of signedOut) act(); },
  // The header has whole seconds; a smaller difference is rounding.
  skew: (ms) => { skew = Math.abs(ms) > 2_000 ? ms : 0; },
});

const known = new Set(['offline', 'timeout', 'busy', 'rate_limited', 'forbidden', 'not_found', 'conflict', 'stale', 'too_large',
  'unsupported_type', 'validation_failed', 'outcome_unknown', 'take_case_first', 'gone', 'duplicate', 'infected']);

/** A problem in the agent's words: what happened, what to do, and the code where we have no better words. */
export function wordsFor(error: unknown): string {
  const code = isProblem(error) ? error.code : 'unexpected';
  return known.has(code) ? t(`problem.${code}` as Extract<Key, 'problem.offline'>) : t('problem.other', { code });
}
