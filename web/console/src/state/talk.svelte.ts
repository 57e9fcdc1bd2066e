// One open conversation: its head, its timeline as far as it was read, what is held or on its way, and who else is there.
// Fed by REST for what was, and by the live line for what is; a gap is filled before anything after it is shown.
import { isProblem } from '$shared/api/client';
import type { Author, Conversation, HeldReply, Id, MailState, Message, TimelineItem, Viewer } from '$shared/api/types';
import * as line from '../live/line.svelte';
import { api, serverNow } from './api';
import { dropDrafts } from './drafts.svelte';
import { changeRow, rowOf, takeRow } from './rows.svelte';
import { onActed } from './acts.svelte';

const PAGE = 50;
const TYPING_MS = 6_000;

/** A message of ours that the server has not acknowledged yet. */
export interface Leaving {
  client_id: Id; mode: 'reply' | 'note'; text: string; files: HeldReply['files']; at: number;
  state: 'sending' | 'failed'; problem: unknown; again: () => void; edit: () => void;
}
/** The server refused a reply because of these messages; the agent decides. */
export interface Question { newer: Message[]; sendAnyway: () => void }

export class Talk {
  readonly id: Id;
  items = $state.raw<readonly TimelineItem[]>([]);
  older = $state(true);
  loadingOlder = $state(false);
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  problem = $state.raw<unknown>(null);
  held = $state.raw<readonly HeldReply[]>([]);
  viewers = $state.raw<readonly Viewer[]>([]);
  leaving = $state.raw<readonly Leaving[]>([]);
  question = $state.raw<Question | null>(null);
  typingUntil = $state(0);
  /** Everything after this number was new when the conversation was opened. */
  readBefore = $state<number | null>(null);
  #head = $state.raw<Conversation | null>(null);
  #seen = 0;
  #reading: Promise<void> | null = null;
  #off: (() => void)[] = [];

  constructor(id: Id) {
    this.id = id;
  }

  /** The head with the row's own changes laid over it. */
  get head(): Conversation | null {
    const head = this.#head;
    if (!head) return null;
    const row = rowOf(this.id);
    return row ? { ...head, ...row } : head;
  }
  get lastSeq(): number { return this.items[this.items.length - 1]?.seq ?? 0; }
  /** Whether its customer was erased: nothing can be done here any more. */
  get erased(): boolean { return this.items.some((item) => item.type === 'erased'); }
  /** The highest number that has been on the screen. */
  get seen(): number { return this.#seen; }

  open(): void {
    if (this.#off.length > 0) return;
    this.#off = [
      line.on('events', (f) => { if (f.conversation === this.id) { takeRow(f.row); void this.#take(f.events); } }),
      line.on('held', (f) => { if (f.conversation === this.id) this.held = f.held; }),
      line.on('viewers', (f) => { if (f.conversation === this.id) this.viewers = f.viewers; }),
      line.on('visitor_typing', (f) => { if (f.conversation === this.id) this.typingUntil = Date.now() + TYPING_MS; }),
      line.on('reload', (f) => { if (!f.lists && (!f.conversation || f.conversation === this.id)) void this.load(); }),
      line.onResume(() => { void this.loadHead(); }),
      onActed((answer) => { if (answer.id === this.id) this.#useHead(answer); }),
      () => line.unwatch(this.id),
    ];
    this.readBefore = null;
    void this.load().then(() => {
      if (this.#off.length === 0 || this.state !== 'ready') return;
      line.watch(this.id, () => this.lastSeq);
      line.arrive(this.id);
    });
  }

  close(): void {
    for (const off of this.#off) off();
    this.#off = [];
    this.question = null;
    this.viewers = [];
  }

  load(): Promise<void> {
    this.#reading ??= this.#load().finally(() => { this.#reading = null; });
    return this.#reading;
  }

  async #load(): Promise<void> {
    try {
      const had = this.lastSeq;
      const [head, page] = await Promise.all([
        api.get(`/conversations/${this.id}`),
        api.get(`/conversations/${this.id}/timeline`, { query: { limit: PAGE } }),
      ]);
      this.#useHead(head);
      this.#seen = Math.max(this.#seen, head.read_seq);
      this.readBefore ??= head.unread > 0 ? head.read_seq : null;
      const first = page.items[0]?.seq ?? 0;
      // The newest page meets what we had, or replaces it.
      if (had > 0 && first <= had + 1) this.#append(page.items);
      else { this.items = page.items; this.older = page.more; }
      this.state = 'ready';
      this.problem = null;
    } catch (error) {
      this.problem = error;
      // What may not be seen any more is not left on the screen.
      if (isProblem(error, 'not_found', 'forbidden', 'gone')) { this.items = []; this.held = []; this.#head = null; }
      if (this.items.length === 0) this.state = 'failed';
    }
  }

  async loadHead(): Promise<void> {
    try { this.#useHead(await api.get(`/conversations/${this.id}`)); } catch { /* The next frame or visit brings it. */ }
  }

  #useHead(head: Conversation): void {
    this.#head = head;
    this.held = head.held;
    takeRow(head);
  }

  async loadOlder(): Promise<void> {
    const first = this.items[0];
    if (!this.older || this.loadingOlder || !first) return;
    this.loadingOlder = true;
    try {
      const page = await api.get(`/conversations/${this.id}/timeline`, { query: { before: first.seq, limit: PAGE } });
      this.items = [...page.items.filter((item) => item.seq < first.seq), ...this.items];
      this.older = page.more;
    } finally {
      this.loadingOlder = false;
    }
  }

  async #take(events: TimelineItem[]): Promise<void> {
    const first = events[0];
    if (!first) return;
    if (this.items.length > 0 && first.seq > this.lastSeq + 1) await this.#fill(first.seq);
    this.#append(events);
    if (events.some((event) => event.type.startsWith('access_') || event.type.endsWith('blocked') || event.type === 'broke_glass' || event.type === 'assigned' || event.type === 'rated' || event.type === 'erased' || event.type === 'mail_joined')) void this.loadHead();
  }

  async #fill(before: number): Promise<void> {
    while (this.lastSeq + 1 < before) {
      const had = this.lastSeq;
      const page = await api.get(`/conversations/${this.id}/timeline`, { query: { after: had, limit: 100 } });
      this.#append(page.items);
      if (this.lastSeq === had) return;
    }
  }

  #append(events: readonly TimelineItem[]): void {
    const last = this.lastSeq;
    const fresh = events.filter((event) => event.seq > last);
    if (fresh.length === 0) return;
    let items = [...this.items, ...fresh];
    for (const event of fresh) {
      const client = event.message?.client_id;
      if (client) this.leaving = this.leaving.filter((each) => each.client_id !== client);
      if (event.message?.kind === 'customer') this.typingUntil = 0;
      if (event.type === 'redacted') items = items.map((item) => redact(item, event.data?.message));
      if (event.type === 'mail_joined') items = items.map((item) => gone(item, event.data?.message));
      if (event.type === 'mail_moved') items = items.map((item) => moved(item, event.data?.message, event.data?.state));
      // The keys go a moment later: to read it all again now could still bring words.
      if (event.type === 'erased') {
        items = items.map(empty);
        dropDrafts(this.id);
      }
    }
    this.items = items;
    // What the other server said stands with the message alone.
    if (fresh.some((event) => event.type === 'mail_moved' && event.data?.state !== 'queued' && event.data?.state !== 'handed')) void this.load();
  }

  /** Puts an item that a request answered into its place; the live line may have brought it already. */
  add(item: TimelineItem): void {
    void this.#take([item]);
  }

  /** Shows a message blacked out; its event follows on the live line. */
  blackOut(message: Id): void {
    this.items = this.items.map((item) => redact(item, message));
  }

  /** Tells how far the agent has really seen; the read mark follows. */
  see(seq: number): void {
    if (seq <= this.#seen) return;
    this.#seen = seq;
    const row = rowOf(this.id);
    if (!row || (row.unread === 0 && !row.mentioned && row.read_seq >= seq)) return;
    changeRow(this.id, (old) => ({ ...old, unread: 0, mentioned: false, read_seq: Math.max(old.read_seq, seq) }));
    void api.post(`/conversations/${this.id}/read`, { seq }, { repeat: true }).catch(() => { /* The next message marks it again. */ });
  }

  /** Seconds until a held reply leaves. */
  left(held: HeldReply): number {
    return Math.max(0, Math.ceil((held.release_at - serverNow()) / 1000));
  }

  setHeld(held: HeldReply): void {
    this.held = [...this.held.filter((each) => each.id !== held.id), held];
  }
  dropHeld(id: Id): void {
    this.held = this.held.filter((each) => each.id !== id);
  }
}

/** A mail of ours has come further. */
function moved(item: TimelineItem, message: Id | undefined, state: MailState | undefined): TimelineItem {
  if (!message || !state || item.message?.id !== message || !item.message.mail) return item;
  return { ...item, message: { ...item.message, mail: { ...item.message.mail, state, problem: null } } };
}

/** A mail that is in another conversation now. */
function gone(item: TimelineItem, message: Id | undefined): TimelineItem {
  if (!message || item.message?.id !== message) return item;
  const { message: _, ...rest } = item;
  return rest;
}

function redact(item: TimelineItem, message: Id | undefined): TimelineItem {
  if (!message || item.message?.id !== message) return item;
  return { ...item, message: { ...item.message, redacted: true, text: '', files: [] } };
}

/** What is left of an item whose customer was erased: as the server gives it from then on. */
function empty(item: TimelineItem): TimelineItem {
  const nameless = (who: Author): Author => (who.kind === 'contact' ? { ...who, name: '' } : who);
  const bare = { ...item, actor: nameless(item.actor) };
  return item.message ? redact({ ...bare, message: { ...item.message, author: nameless(item.message.author) } }, item.message.id) : bare;
}
