// Addresses of files: each is good for this session and some minutes, so they are asked for together where files are shown, and renewed
// before they end. What the scanner says by now comes with them.
import { SvelteMap } from 'svelte/reactivity';
import type { Id, LinkedFile } from '$shared/api/types';
import { api, onSignedOut, serverNow } from '../state/api';

/** So long before its end an address is renewed. */
const EARLY_MS = 60_000;
const RETRY_MS = 10_000;
/** A file that waits for the scanner is asked about again after this, then after twice as long, up to a minute. */
const WAIT_MS = 2_000;
const MOST = 100;

const known = new SvelteMap<Id, LinkedFile>();
onSignedOut(() => known.clear());

let next: { ids: Set<Id>; done: Promise<void> } | null = null;

async function fetchAll(ids: readonly Id[]): Promise<void> {
  for (let from = 0; from < ids.length; from += MOST) {
    const { items } = await api.post('/files/links', { files: ids.slice(from, from + MOST) });
    for (const each of items) known.set(each.file.id, each);
  }
}

/** All that are asked for in one turn go in one request. */
function ask(id: Id): Promise<void> {
  if (!next) {
    const ids = new Set<Id>();
    next = { ids, done: Promise.resolve().then(() => { next = null; return fetchAll([...ids]); }) };
  }
  next.ids.add(id);
  return next.done;
}

/** The file as it is known now; nothing before its address has come. */
export const linked = (id: Id): LinkedFile | undefined => known.get(id);

/** Keeps the address of a file good while it is shown; returns what ends that. */
export function keep(id: Id): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let ended = false;
  let wait = WAIT_MS;
  async function look(): Promise<void> {
    const mine = known.get(id);
    const waits = mine?.file.scan === 'waiting';
    if (!mine || waits || mine.until - serverNow() < EARLY_MS) await ask(id).catch(() => {});
    if (ended) return;
    timer = setTimeout(() => { void look(); }, rest());
  }
  function rest(): number {
    const mine = known.get(id);
    if (!mine) return RETRY_MS;
    if (mine.file.scan !== 'waiting') return Math.max(mine.until - serverNow() - EARLY_MS, RETRY_MS);
    wait = Math.min(wait * 2, 60_000);
    return wait;
  }
  void look();
  return () => { ended = true; clearTimeout(timer); };
}

/** A click on an address that ended meanwhile, as on a machine that slept, waits for a new one. */
export function fresh(event: MouseEvent, id: Id): void {
  if ((known.get(id)?.until ?? 0) > serverNow()) return;
  event.preventDefault();
  void ask(id).then(() => {
    const url = known.get(id)?.file.url;
    if (url) location.assign(url);
  }, () => {});
}
