// After a line with the focus in it was taken away: the focus goes to the next best thing near by, not to the top of the page.
import { tick } from 'svelte';

/** Called in the handler that removes; `near` finds the surroundings that stay. */
export function refocus(event: Event, near: string): void {
  const around = (event.currentTarget as Element).parentElement?.closest(near);
  void tick().then(() => around?.querySelector<HTMLElement>('button:not(:disabled)')?.focus());
}
