// One clock for every "3 minutes ago" on the screen. It stands still while nobody reads it.
let now = $state(Date.now());
let readers = 0;
let timer: ReturnType<typeof setInterval> | undefined;

export const ticking = (): number => now;

/** Keeps the clock going until the returned function is called. */
export function keepTicking(): () => void {
  if (readers++ === 0) {
    now = Date.now();
    timer = setInterval(() => { now = Date.now(); }, 15_000);
  }
  return () => { if (--readers === 0) clearInterval(timer); };
}
