// How a timeline is laid out: days, the line before what is new, which bubbles belong together. Pure. Entries come in blocks of fixed
// numbers, and a block whose items have not changed is the same object again, so that a long conversation renders only what is new.
import type { EventType, TimelineItem } from '$shared/api/types';

export type Entry =
  | { kind: 'day'; key: string; at: number }
  | { kind: 'unread'; key: string }
  | { kind: 'message'; key: string; item: TimelineItem; first: boolean }
  | { kind: 'event'; key: string; item: TimelineItem };
export interface Block { key: number; entries: Entry[]; source: readonly (TimelineItem | undefined)[] }

const BLOCK = 40;
const TOGETHER_MS = 5 * 60_000;
/** Things that are shown elsewhere, or that nobody needs a line for; a message without its words was joined to another conversation. */
const SILENT: ReadonlySet<EventType> = new Set<EventType>(['redacted', 'rating_asked', 'mail_moved', 'message']);

const dayOf = (at: number): string => new Date(at).toDateString();

function together(before: TimelineItem | undefined, item: TimelineItem): boolean {
  const [a, b] = [before?.message, item.message];
  return a !== null && a !== undefined && b !== null && b !== undefined && a.kind === b.kind && item.data?.joined_from == null && before?.data?.joined_from == null && a.author.id === b.author.id && a.author.kind === b.author.kind
    && item.at - (before?.at ?? 0) < TOGETHER_MS && dayOf(before?.at ?? 0) === dayOf(item.at);
}

function entriesOf(items: readonly TimelineItem[], before: TimelineItem | undefined, readBefore: number | null): Entry[] {
  const entries: Entry[] = [];
  let last = before;
  for (const item of items) {
    if (!last || dayOf(last.at) !== dayOf(item.at)) entries.push({ kind: 'day', key: `d${item.seq}`, at: item.at });
    const opens = readBefore !== null && item.seq > readBefore && (last?.seq ?? 0) <= readBefore;
    if (opens && last) entries.push({ kind: 'unread', key: `u${item.seq}` });
    if (item.message) entries.push({ kind: 'message', key: `m${item.seq}`, item, first: opens || !together(last, item) });
    else if (!SILENT.has(item.type)) entries.push({ kind: 'event', key: `e${item.seq}`, item });
    last = item;
  }
  return entries;
}

/** Lays out anew what has changed; `old` is what the last call answered. */
export function layOut(items: readonly TimelineItem[], readBefore: number | null, old: { readBefore: number | null; blocks: readonly Block[] }): Block[] {
  const known = old.readBefore === readBefore ? new Map(old.blocks.map((block) => [block.key, block])) : new Map<number, Block>();
  const blocks: Block[] = [];
  for (let from = 0; from < items.length;) {
    const key = Math.floor((items[from]?.seq ?? 0) / BLOCK);
    let to = from;
    while (to < items.length && Math.floor((items[to]?.seq ?? 0) / BLOCK) === key) to += 1;
    const source = [items[from - 1], ...items.slice(from, to)];
    const have = known.get(key);
    const same = have && have.source.length === source.length && have.source.every((item, at) => item === source[at]);
    blocks.push(same ? have : { key, source, entries: entriesOf(items.slice(from, to), items[from - 1], readBefore) });
    from = to;
  }
  return blocks;
}

/** What is said under a reply of ours: `sent` until the customer has read it, `read` at the newest that they have. */
export function markOf(item: TimelineItem, readTo: number | null, lastRead: number | null): 'sent' | 'read' | null {
  if (readTo === null || item.message?.kind !== 'reply' || item.public_seq == null) return null;
  if (item.public_seq > readTo) return 'sent';
  return item.seq === lastRead ? 'read' : null;
}
