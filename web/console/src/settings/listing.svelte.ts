// A list of settings objects: read by pages, kept in step with what was saved here and with what others changed.
import type { Page } from '$shared/api/types';
import { on } from '../live/line.svelte';
import { wordsFor } from '../state/api';

const PAGE = 100;

export class Listing<T extends { id: string }> {
  items = $state.raw<T[]>([]);
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  problem = $state('');
  next = $state<string | null>(null);
  busy = $state(false);

  /** `read` asks for one page. */
  constructor(private readonly read: (page: { limit: number; cursor?: string }) => Promise<Page<T>>) {}

  /** Reads from the start. `quiet` keeps what is shown until the answer is there. */
  async load(quiet = false): Promise<void> {
    if (!quiet) this.state = 'loading';
    try {
      const page = await this.read({ limit: PAGE });
      this.items = page.items;
      this.next = page.next ?? null;
      this.state = 'ready';
    } catch (error) {
      if (quiet) return;
      this.problem = wordsFor(error);
      this.state = 'failed';
    }
  }
  async more(): Promise<void> {
    if (!this.next || this.busy) return;
    this.busy = true;
    try {
      const page = await this.read({ limit: PAGE, cursor: this.next });
      const known = new Set(this.items.map((each) => each.id));
      this.items = [...this.items, ...page.items.filter((each) => !known.has(each.id))];
      this.next = page.next ?? null;
    } catch (error) {
      this.problem = wordsFor(error);
    } finally {
      this.busy = false;
    }
  }
  put(item: T): void {
    this.items = this.items.some((each) => each.id === item.id) ? this.items.map((each) => (each.id === item.id ? item : each)) : [...this.items, item];
  }
  drop(id: string): void {
    this.items = this.items.filter((each) => each.id !== id);
  }
}

/** Reads a list when its screen opens, and again when the live line says that the desk's names have changed. */
export function keepListed<T extends { id: string }>(listing: Listing<T>): void {
  $effect(() => {
    void listing.load();
    return on('directory', () => { void listing.load(true); });
  });
}
