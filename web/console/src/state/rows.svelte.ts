// Every conversation row that the console knows: as the server last said, with what we have done and not heard back about laid over it.
// Taking an unheard change away is the rollback; there is nothing to restore.
import type { Id, Row } from '$shared/api/types';
import { SvelteMap } from 'svelte/reactivity';

type Change = (row: Row) => Row;

const said = new Map<Id, Row>();
const unheard = new Map<Id, Change[]>();
const shown = new SvelteMap<Id, Row>();
const watchers = new Set<(id: Id) => void>();

/** The row as the screen shows it. */
export const rowOf = (id: Id): Row | undefined => shown.get(id);
/** The same without becoming dependent on it, for sorting many. */
export const peek = (id: Id): Row | undefined => {
  const row = said.get(id);
  return row && (unheard.get(id)?.reduce((next, change) => change(next), row) ?? row);
};
/** Whether something of ours is on its way. */
export const isChanging = (id: Id): boolean => (unheard.get(id)?.length ?? 0) > 0;

/** Called when one of our own changes is laid over a row or taken away. */
export function onOwnChange(act: (id: Id) => void): () => void {
  watchers.add(act);
  return () => { watchers.delete(act); };
}

function show(id: Id): void {
  const row = peek(id);
  if (row) shown.set(id, row);
}

/** Takes what the server says; an older version than the one we have is not news. */
export function takeRow(row: Row): void {
  const have = said.get(row.id);
  if (have && have.version > row.version) return;
  said.set(row.id, row);
  show(row.id);
}

/** Lays a change over a row; the answer takes it off again. */
export function layOver(id: Id, change: Change): () => void {
  unheard.set(id, [...(unheard.get(id) ?? []), change]);
  show(id);
  for (const act of watchers) act(id);
  let off = false;
  return () => {
    if (off) return;
    off = true;
    const rest = (unheard.get(id) ?? []).filter((each) => each !== change);
    if (rest.length > 0) unheard.set(id, rest);
    else unheard.delete(id);
    show(id);
    for (const act of watchers) act(id);
  };
}

/** A change of our own that the server never sends back for others to see, such as a read mark. */
export function changeRow(id: Id, change: Change): void {
  const row = said.get(id);
  if (row) { said.set(id, change(row)); show(id); }
}
