// The conversations that were opened: the last few stay in memory, so that going back and forth shows them at once.
import type { Id } from '$shared/api/types';
import { saveAllDrafts } from './drafts.svelte';
import { Talk } from './talk.svelte';

const KEPT = 16;
const kept = new Map<Id, Talk>();
let current = $state.raw<Talk | null>(null);

export const currentTalk = (): Talk | null => current;

/** The conversation as it is kept, or a new one that has read nothing yet. */
export function talkFor(id: Id): Talk {
  const talk = kept.get(id) ?? new Talk(id);
  kept.delete(id);
  kept.set(id, talk);
  for (const old of kept.keys()) {
    if (kept.size <= KEPT) break;
    if (old !== current?.id) kept.delete(old);
  }
  return talk;
}

/** Opens a conversation in place of the one before; `null` leaves it. */
export function showTalk(talk: Talk | null): void {
  if (current === talk) return;
  saveAllDrafts();
  current?.close();
  current = talk;
  talk?.open();
}

export function forgetTalks(): void {
  current?.close();
  current = null;
  kept.clear();
}
