// The lists that were opened: the last few keep their rows, selection and scroll, so that going back shows them as they were left.
import type { Filter, Sort } from '$shared/api/types';
import { List } from './list.svelte';
import { SORTS } from './views';

const KEPT = 12;
const kept = new Map<string, List>();
let serial = 0;
let current = $state.raw<List | null>(null);

/** What the list can be filtered by, as it stands in the address. */
export const FILTERS = ['status', 'inbox', 'team', 'assignee', 'tag', 'priority'] as const;
export type FilterName = (typeof FILTERS)[number];

export const currentList = (): List | null => current;

export function sortOf(query: URLSearchParams): Sort {
  const asked = query.get('sort');
  return SORTS.find((each) => each === asked) ?? 'waiting';
}

export function filterOf(query: URLSearchParams): Filter | null {
  const parts = FILTERS.flatMap((field): Filter[] => {
    const value = query.get(field);
    if (!value) return [];
    if (value === 'none' && field !== 'priority') return [{ field, op: 'empty' }];
    return [field === 'tag' ? { field: 'tags', op: 'has', value } : { field, op: 'is', value }];
  });
  return parts.length > 0 ? { all: parts } : null;
}

/** The list of an address: the same one if it was open before. */
export function listFor(view: string, query: URLSearchParams): List {
  const sort = sortOf(query);
  const filter = filterOf(query);
  const key = JSON.stringify([view, sort, filter]);
  const list = kept.get(key) ?? new List(`l${(serial += 1)}`, { view, sort, filter });
  kept.delete(key);
  kept.set(key, list);
  for (const [old, each] of kept) {
    if (kept.size <= KEPT) break;
    if (each !== current) kept.delete(old);
  }
  return list;
}

/** Shows a list, live from now on, in place of the one before; `null` shows none. */
export function showList(list: List | null): void {
  if (current === list) return;
  current?.close();
  current = list;
  list?.open();
}

export function forgetLists(): void {
  for (const list of kept.values()) list.close();
  kept.clear();
  current = null;
}
