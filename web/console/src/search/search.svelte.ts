// One search: asks, forgets answers that come too late, goes further back by cursor.
import type { Hit } from '$shared/api/types';
import { api, wordsFor } from '../state/api';

/** What is asked, as it stands in the address; dates are days. */
export interface Asked { q: string; status: string; inbox: string; assignee: string; from: string; to: string; /** `1` looks among spam, and nowhere else. */ spam: string }

const DAY_MS = 86_400_000;
// A day begins and ends where the agent is.
const begin = (day: string): number | undefined => (/^\d{4}-\d{2}-\d{2}$/.test(day) ? new Date(`${day}T00:00:00`).getTime() : undefined);

export class Search {
  hits = $state.raw<Hit[]>([]);
  state = $state<'idle' | 'loading' | 'ready' | 'failed'>('idle');
  busy = $state(false);
  problem = $state('');
  took = $state(0);
  complete = $state(true);
  next = $state<string | null>(null);
  #asked: Omit<Asked, 'from' | 'to' | 'spam'> & { from?: number; to?: number; spam?: boolean } = { q: '', status: '', inbox: '', assignee: '' };
  #running: AbortController | null = null;

  async ask({ q, status, inbox, assignee, from, to, spam }: Asked): Promise<void> {
    this.#running?.abort();
    const end = begin(to);
    this.#asked = { q, status, inbox, assignee, from: begin(from), to: end === undefined ? undefined : end + DAY_MS - 1, spam: spam ? true : undefined };
    // Filters alone are the inbox's business; a search has words.
    if (q === '') {
      this.hits = [];
      this.next = null;
      this.state = 'ready';
      return;
    }
    if (this.state !== 'ready') this.state = 'loading';
    await this.#read(null);
  }
  more(): Promise<void> {
    return this.next && !this.busy ? this.#read(this.next) : Promise.resolve();
  }

  async #read(cursor: string | null): Promise<void> {
    const running = new AbortController();
    this.#running = running;
    this.busy = true;
    try {
      const answer = await api.get('/search', { query: { ...this.#asked, limit: 30, cursor }, signal: running.signal });
      if (running.signal.aborted) return;
      this.hits = cursor ? [...this.hits, ...answer.items] : answer.items;
      this.next = answer.next ?? null;
      this.took = answer.took_ms;
      this.complete = answer.complete;
      this.state = 'ready';
    } catch (error) {
      if (running.signal.aborted) return;
      this.problem = wordsFor(error);
      this.state = 'failed';
    } finally {
      if (this.#running === running) this.busy = false;
    }
  }
}
