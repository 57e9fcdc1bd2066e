// One list of conversations: a view with its filter and order, read page by page and kept live. While the pointer is over it nothing
// moves: what came in waits, what left stays until the pointer is gone.
import type { Filter, Id, Page, Row, Sort, Turn } from '$shared/api/types';
import { isProblem } from '$shared/api/client';
import { SvelteSet } from 'svelte/reactivity';
import * as line from '../live/line.svelte';
import { api } from './api';
import { isChanging, onOwnChange, peek, takeRow } from './rows.svelte';
import { agent } from './session.svelte';
import { belongs, compare, isLive, TURNS } from './views';

const PAGE = 50;
const RELOAD_MAX = 400;

export interface Asked { view: string; sort: Sort; filter: Filter | null }
export interface Group { turn: Turn; ids: Id[] }

export class List {
  readonly asked: Asked;
  readonly id: string;
  ids = $state.raw<readonly Id[]>([]);
  /** Came in while the pointer held the list still. */
  waiting = $state(0);
  /** Left while the pointer held the list still. */
  gone = $state.raw<ReadonlySet<Id>>(new Set());
  state = $state<'new' | 'loading' | 'ready' | 'failed'>('new');
  problem = $state.raw<unknown>(null);
  complete = $state(false);
  /** Where the keyboard is. */
  cursor = $state<Id | null>(null);
  /** Raised when the keyboard moved the mark: the list scrolls to it and gives it the focus. */
  follow = $state(0);
  readonly selected = new SvelteSet<Id>();
  /** Chosen is whatever matches, not only the rows that were read. */
  everything = $state(false);
  /** Where a run of `Shift+j` began. */
  anchor: Id | null = null;
  scrollTop = 0;

  #order: Id[] = [];
  #known = new Set<Id>();
  #hidden = new Set<Id>();
  #next: string | null = null;
  #frozen = false;
  #grouped = $state(true);
  #due = false;
  #loading: Promise<void> | null = null;
  #off: (() => void)[] = [];

  constructor(id: string, asked: Asked) {
    this.id = id;
    this.asked = asked;
    this.#grouped = this.#turns;
  }

  /** Groups by whose turn it is, empty ones left out; one group without a heading where turns say nothing. */
  get groups(): Group[] {
    if (!this.#grouped) return [{ turn: 'nobody', ids: [...this.ids] }];
    const by: Record<Turn, Id[]> = { us: [], customer: [], third_party: [], nobody: [] };
    for (const id of this.ids) by[peek(id)?.turn ?? 'nobody'].push(id);
    return TURNS.filter((turn) => by[turn].length > 0).map((turn) => ({ turn, ids: by[turn] }));
  }
  get grouped(): boolean { return this.#grouped; }
  /** Whether turns say something in this view. */
  get #turns(): boolean { return isLive(this.asked.view) && this.asked.view !== 'snoozed'; }

  /** Goes live and reads anew; what is there already stays on the screen meanwhile. */
  open(): void {
    if (this.#off.length > 0) return;
    const { view, filter, sort } = this.asked;
    if (isLive(view)) line.list(this.id, view, { sort, limit: PAGE, ...(filter ? { filter } : {}) });
    this.#off = [
      line.on('row', (frame) => { if (frame.lists.includes(this.id)) this.#hear(frame.op, frame.id, frame.row ?? undefined); }),
      line.onResume(() => { void this.reload(); }),
      line.on('reload', (frame) => { if (frame.lists?.includes(this.id) ?? !frame.conversation) void this.reload(); }),
      onOwnChange((id) => this.#reconsider(id)),
      () => line.unlist(this.id),
    ];
    void this.reload();
  }

  close(): void {
    for (const off of this.#off) off();
    this.#off = [];
    this.#frozen = false;
    this.#arrange();
  }

  /** Reads as much again as was loaded, within reason. */
  reload(): Promise<void> {
    return this.#once(async () => {
      const want = Math.min(Math.max(PAGE, this.#order.length), RELOAD_MAX);
      const rows: Row[] = [];
      let next: string | null = null;
      do {
        const page: Page<Row> = await this.#read(next, Math.min(100, want - rows.length));
        rows.push(...page.items);
        next = page.next ?? null;
      } while (next && rows.length < want);
      // Only in the order of waiting does the server put our turn first; another order that goes on behind this page would have rows
      // jump into the groups above.
      this.#grouped = this.#turns && (this.asked.sort === 'waiting' || next === null);
      this.#order = [];
      this.#known.clear();
      this.#add(rows, next);
    });
  }

  /** The next page; nothing happens where there is none. */
  more(): Promise<void> {
    if (!this.#next || this.state === 'failed') return Promise.resolve();
    return this.#once(async () => {
      const page = await this.#read(this.#next, PAGE);
      this.#add(page.items, page.next ?? null);
    });
  }

  async #once(work: () => Promise<void>): Promise<void> {
    if (this.#loading) return this.#loading;
    if (this.state !== 'ready') this.state = 'loading';
    this.#loading = work().then(
      () => { this.state = 'ready'; this.problem = null; },
      (error: unknown) => { this.problem = error; if (this.state === 'loading' || !isProblem(error)) this.state = 'failed'; },
    ).finally(() => { this.#loading = null; });
    return this.#loading;
  }

  #read(cursor: string | null, limit: number): Promise<Page<Row>> {
    const { view, sort, filter } = this.asked;
    return api.get('/conversations', { query: { view, sort, filter: filter && JSON.stringify(filter), limit, cursor } });
  }

  #add(rows: Row[], next: string | null): void {
    for (const row of rows) { takeRow(row); this.#put(row.id); }
    this.#next = next;
    this.complete = next === null;
    this.#arrange();
  }

  #hear(op: 'enter' | 'change' | 'leave', id: Id, row?: Row): void {
    if (row) takeRow(row);
    if (op === 'leave') this.#take(id);
    // A row beyond the pages that were read comes with its page.
    else if (this.#known.has(id) || op === 'enter') this.#put(id);
    if (!this.#due) {
      this.#due = true;
      const turn = () => { this.#due = false; this.#arrange(); };
      if (document.hidden) setTimeout(turn, 100);
      else requestAnimationFrame(turn);
    }
  }

  /** Our own change shows at once: the row goes if it no longer belongs here, and is back if the server refuses. */
  #reconsider(id: Id): void {
    if (!this.#known.has(id)) return;
    const row = peek(id);
    const leaves = row !== undefined && isChanging(id) && !belongs(this.asked.view, row, agent().id);
    if (leaves) this.#hidden.add(id);
    else this.#hidden.delete(id);
    if (!leaves) this.#put(id);
    this.#arrange();
  }

  #compare(a: Row, b: Row): number {
    const turns = this.#grouped ? TURNS.indexOf(a.turn) - TURNS.indexOf(b.turn) : 0;
    return turns || compare(this.asked.sort, a, b);
  }

  #put(id: Id): void {
    const row = peek(id);
    if (!row) return;
    if (this.#known.has(id)) this.#order.splice(this.#order.indexOf(id), 1);
    let low = 0;
    let high = this.#order.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const other = peek(this.#order[middle]!);
      if (other && this.#compare(other, row) <= 0) low = middle + 1;
      else high = middle;
    }
    this.#order.splice(low, 0, id);
    this.#known.add(id);
  }

  #take(id: Id): void {
    if (!this.#known.delete(id)) return;
    this.#order.splice(this.#order.indexOf(id), 1);
    this.#hidden.delete(id);
    this.selected.delete(id);
  }

  /** Holds the list still, or lets it go on. */
  freeze(frozen: boolean): void {
    if (this.#frozen === frozen) return;
    this.#frozen = frozen;
    this.#arrange();
  }

  #arrange(): void {
    const now = this.#hidden.size > 0 ? this.#order.filter((id) => !this.#hidden.has(id)) : [...this.#order];
    if (!this.#frozen || this.ids.length === 0) {
      this.ids = now;
      this.waiting = 0;
      if (this.gone.size > 0) this.gone = new Set();
      return;
    }
    const before = new Set(this.ids);
    const after = new Set(now);
    // Pages that the scrolling asked for come in at once: they stand below what is seen.
    const last = this.ids[this.ids.length - 1];
    const tail = last !== undefined && after.has(last) ? now.slice(now.indexOf(last) + 1).filter((id) => !before.has(id)) : [];
    this.ids = [...this.ids.filter((id) => !this.#hidden.has(id)), ...tail];
    this.gone = new Set(this.ids.filter((id) => !after.has(id)));
    const shown = new Set(this.ids);
    this.waiting = now.filter((id) => !shown.has(id)).length;
  }

  /** The row beside another one, for `j` and `k`; from nowhere, the first or last. */
  beside(id: Id | null, step: 1 | -1): Id | null {
    if (this.ids.length === 0) return null;
    const at = id === null ? -1 : this.ids.indexOf(id);
    if (at === -1) return (step === 1 ? this.ids[0] : this.ids[this.ids.length - 1]) ?? null;
    return this.ids[at + step] ?? null;
  }
}
