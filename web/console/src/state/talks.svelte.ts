// The conversations that were opened: the last few stay in memory, so that going back and forth shows them at once.
import type { Id } from '$shared/api/types';
import * as line from '../live/line.svelte';
import { saveAllDrafts } from './drafts.svelte';
import { Talk } from './talk.svelte';

const KEPT = 16;
const kept = new Map<Id, Talk>();
let current = $state.raw<Talk | null>(null);

export const currentTalk = (): Talk | null => current;

export function openTalk(id: Id | null): Talk | null {
  if (current?.id === id) return current;
  saveAllDrafts();
  current?.close();
  if (id === null) {
    if (current) line.presence(undefined, 'viewing');
    current = null;
    return null;
  }
  const talk = kept.get(id) ?? new Talk(id);
  kept.delete(id);
  kept.set(id, talk);
  for (const old of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(old);
  }
  current = talk;
  talk.open();
  line.presence(id, 'viewing');
  return talk;
}

/** The conversation if it is in memory, open or not: a message on its way may belong to one that was left. */
export const talkOf = (id: Id): Talk | undefined => kept.get(id);

export function forgetTalks(): void {
  current?.close();
  current = null;
  kept.clear();
}
