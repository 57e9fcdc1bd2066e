// The open thread: load it, keep it gap-free, mark it read. Numbers are the conversation's `public_seq`.
import type { VisitorEvent } from '$shared/api/types';
import { authorised, call } from './api';
import { desk, isNew, upsert } from './desk';
import { uuid } from './env';
import * as host from './host';
import { watch } from './live';
import { done, waiting } from './outbox';

const path = <const T extends string>(id: string, more: T) => `/conversations/${id}/${more}` as const;

function clear(thread: string): void {
  desk.thread = thread;
  desk.events = [];
  desk.more = desk.menu = false;
  desk.typing = '';
}

export function fresh(thread = `new:${uuid()}`): void {
  clear(thread);
  watch();
}

export async function open(id: string): Promise<void> {
  clear(id);
  desk.loading = true;
  try {
    const page = await call('GET', path(id, 'events'), undefined, { limit: 50 });
    if (desk.thread !== id) return;
    take(id, page.items);
    desk.more = page.more;
  } catch { /* Offline: the live line fills it as soon as it is back. */ } finally {
    if (desk.thread === id) desk.loading = false;
  }
  watch();
}

export async function earlier(): Promise<void> {
  const id = desk.thread;
  const page = await call('GET', path(id, 'events'), undefined, { before: desk.events[0]?.seq ?? 0, limit: 50 });
  if (desk.thread !== id) return;
  take(id, page.items, true);
  desk.more = page.more;
}

/** Fetches what came after the last number we have. */
export async function fill(id: string): Promise<void> {
  for (let more = !isNew(id); more;) {
    const page = await call('GET', path(id, 'events'), undefined, { after: desk.last, limit: 100 });
    if (desk.thread !== id) return;
    take(id, page.items, true);
    more = page.more && page.items.length > 0;
  }
}

/** Merges events by number; a hole before them is filled first. */
export function take(id: string, events: VisitorEvent[], known = false): void {
  const first = events[0];
  if (id !== desk.thread || !first) return;
  if (!known && desk.events.length && first.seq > desk.last + 1) {
    void fill(id).catch(() => {});
    return;
  }
  const have = new Set(desk.events.map((event) => event.seq));
  const news = events.filter((event) => !have.has(event.seq));
  if (!news.length) return;
  const gone = new Set(news.map((event) => event.type === 'redacted' && event.data?.message));
  desk.events = [...desk.events, ...news].sort((a, b) => a.seq - b.seq).map((event) =>
    event.message && gone.has(event.message.id) ? { ...event, message: { ...event.message, redacted: true, text: '', files: [] } } : event);
  const mine = news.flatMap((event) => event.message?.client_id ?? []);
  for (const item of desk.out) if (mine.includes(item.client_id)) void done(item.client_id).then(reload);
  if (news.some((event) => event.message?.from === 'them')) desk.typing = '';
}

/** The outbox changed, here or in another tab. */
export async function reload(): Promise<void> {
  desk.out = await waiting();
}

export async function load(): Promise<void> {
  const page = await call('GET', '/conversations');
  desk.list = page.items;
}

/** The first screen is up: list and thread are what the desk has. */
let placed = false;
export const isPlaced = (): boolean => placed;

/** The list, and the thread the visitor is most likely to want. */
export async function show(): Promise<void> {
  await reload();
  const waits = desk.out.map((item) => item.thread);
  const wanted = waits.includes(desk.thread) ? desk.thread : (waits.at(-1) ?? desk.thread);
  if (isNew(wanted) && wanted !== desk.thread) fresh(wanted);
  if (authorised()) await load();
  placed = true;
  if (waits.includes(wanted) && isNew(wanted)) return;
  const one = desk.list.find((other) => other.id === wanted) ?? desk.list.find((other) => other.category !== 'closed');
  if (one) await open(one.id);
}

/** After a line was cut: whatever was missed. */
export async function catchUp(): Promise<void> {
  if (!placed) return show();
  await load();
  if (!isNew(desk.thread)) await (desk.events.length ? fill(desk.thread) : open(desk.thread));
}

/** Told only when the end of the thread is really in front of the visitor. */
export async function markRead(): Promise<void> {
  const one = desk.conversation;
  const seq = desk.last;
  if (!one || !desk.shown || !desk.atEnd || !desk.front || seq <= one.read_seq) return;
  await call('POST', path(one.id, 'read'), { seq });
  const now = desk.list.find((other) => other.id === one.id);
  if (now && now.read_seq < seq) upsert({ ...now, read_seq: seq, unread: seq >= now.public_seq ? 0 : now.unread });
}

/** For the host page's own counting: that a message went or came, never its words. */
export function announce(id: string, from: 'me' | 'them'): void {
  host.post({ type: 'message', from, conversation: id });
}
