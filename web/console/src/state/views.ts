// What the views are: which rows belong to one, and in which order rows stand. Pure; the server decides the same and has the last word.
import type { Id, Priority, Row, Sort, Turn } from '$shared/api/types';

export const FIXED_VIEWS = ['mine', 'unassigned', 'mentions', 'snoozed', 'all', 'resolved', 'spam'] as const;
export const SORTS: readonly Sort[] = ['waiting', 'newest', 'oldest', 'priority'];
export const TURNS: readonly Turn[] = ['us', 'customer', 'third_party', 'nobody'];
export const PRIORITIES: readonly Priority[] = ['urgent', 'high', 'normal', 'low', 'none'];

/** `resolved` and `spam` are asked for, not live: they are not in the open set. */
export const isLive = (view: string): boolean => view !== 'resolved' && view !== 'spam';
export const isOpen = (row: Row): boolean => row.category === 'open' || row.category === 'waiting';
export const isSnoozed = (row: Row): boolean => row.snoozed ?? (row.snoozed_until !== null && row.snoozed_until !== undefined);

/** Whether a row that we have just changed still belongs to a view. The filter is not looked at. */
export function belongs(view: string, row: Row, me: Id): boolean {
  const [kind, id] = view.split(':');
  if (row.spam || kind === 'spam') return row.spam === (kind === 'spam');
  if (kind === 'resolved') return !isOpen(row);
  if (!isOpen(row)) return false;
  switch (kind) {
    case 'mine': return row.assignee === me && !isSnoozed(row);
    case 'unassigned': return !row.assignee && !isSnoozed(row);
    case 'snoozed': return isSnoozed(row);
    case 'team': return row.team === id && !isSnoozed(row);
    case 'inbox': return row.inbox === id && !isSnoozed(row);
    case 'all': return !isSnoozed(row);
    default: return true;
  }
}

const rank = Object.fromEntries(PRIORITIES.map((each, at) => [each, at])) as Record<Priority, number>;
/** Those who wait for nobody come after those who wait for us, the latest first. */
const LATER = 2 ** 52;
const waiting = (row: Row): number => row.waiting_since ?? LATER - row.last_message_at;

/** The order inside one group of a list. Ids settle a tie, so that nothing swaps places by itself. */
export function compare(sort: Sort, a: Row, b: Row): number {
  const by = {
    waiting: () => waiting(a) - waiting(b),
    newest: () => b.last_message_at - a.last_message_at,
    oldest: () => a.last_message_at - b.last_message_at,
    priority: () => rank[a.priority] - rank[b.priority] || waiting(a) - waiting(b),
  }[sort]();
  return by || (a.id < b.id ? -1 : 1);
}
