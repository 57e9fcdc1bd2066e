// The customer's record of a conversation, masked as the server gives it, and single fields that were revealed for a minute.
import { isProblem } from '$shared/api/client';
import type { Contact, Conversation, Id, Row } from '$shared/api/types';
import { SvelteMap } from 'svelte/reactivity';
import { api, serverNow } from './api';

const REVEAL_MS = 60_000;

export class CaseContact {
  readonly conversation: Id;
  record = $state.raw<Contact | null>(null);
  state = $state<'new' | 'loading' | 'ready' | 'closed' | 'failed'>('new');
  earlier = $state.raw<readonly Row[] | null>(null);
  /** What was revealed, by field, until its time is over. */
  readonly revealed = new SvelteMap<string, string>();
  #access: Conversation['access'] | null = null;

  constructor(conversation: Id) {
    this.conversation = conversation;
  }

  async load(access: Conversation['access']): Promise<void> {
    if (this.#access === access) return;
    this.#access = access;
    this.revealed.clear();
    this.earlier = null;
    if (access !== 'full') {
      this.record = null;
      this.state = 'closed';
      return;
    }
    if (!this.record) this.state = 'loading';
    try {
      this.record = await api.get(`/conversations/${this.conversation}/contact`);
      this.state = 'ready';
    } catch (error) {
      this.record = null;
      this.state = isProblem(error, 'take_case_first', 'forbidden') ? 'closed' : 'failed';
      if (this.state === 'failed') this.#access = null;
    }
  }

  async loadEarlier(): Promise<void> {
    const answer = await api.get(`/conversations/${this.conversation}/contact/conversations`);
    this.earlier = (Array.isArray(answer) ? answer : answer.items).filter((row) => row.id !== this.conversation);
  }

  /** One field in full, for a minute; the server writes down who looked. */
  async reveal(field: string, identity?: string): Promise<void> {
    const key = identity ?? field;
    const answer = await api.post(`/conversations/${this.conversation}/contact/reveal`, { field, ...(identity ? { identity } : {}) });
    this.revealed.set(key, answer.value);
    setTimeout(() => this.revealed.delete(key), Math.min(REVEAL_MS, (answer.until ?? Infinity) - serverNow()));
  }
}

const kept = new Map<Id, CaseContact>();
export function contactFor(conversation: Id): CaseContact {
  let found = kept.get(conversation);
  if (!found) {
    // Personal data is not hoarded: the last few are enough to go back and forth.
    for (const old of kept.keys()) { if (kept.size < 8) break; kept.delete(old); }
    found = new CaseContact(conversation);
    kept.set(conversation, found);
  }
  return found;
}
