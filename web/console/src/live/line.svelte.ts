// The console's one live line: connects, notices a half-open line within 30 s, comes back with backoff, subscribes again from where
// each list and conversation stopped, and falls back to an event stream. It hands frames on and keeps no data of the desk.
import type { AgentFrameIn, AgentFrameOut, Doing, Filter, Id, Sort } from '$shared/api/types';
import { openEvents, openSocket, type Transport, type Wanted } from './transport';

export type LineState = 'off' | 'connecting' | 'live' | 'fallback' | 'waiting';
type Frame<T extends AgentFrameIn['type']> = Extract<AgentFrameIn, { type: T }>;
type Listener = (frame: never) => void;

const PING_MS = 20_000;
const DEAD_MS = 30_000;
/** The server forgets after 30 s who is where. */
const PRESENT_MS = 15_000;
const OPEN_MS = 10_000;
const BACKOFF_MS = 1_000;
const BACKOFF_MAX_MS = 30_000;
/** Sockets that never became ready before we believe that something on the way blocks them. */
const BLOCKED_AFTER = 3;
/** From the fallback a socket is tried again after this time. */
const SOCKET_AGAIN_MS = 5 * 60_000;

let state = $state<LineState>('off');
let downSince = $state<number | null>(null);
let retryAt = $state<number | null>(null);

let transport: Transport | null = null;
let failures = 0;
let unreadySockets = 0;
let ready = false;
let everReady = false;
let heard = 0;
let asked = 0;
let present: { conversation: Id; doing: Doing; peek: string | undefined; at: number } | null = null;
let openedAt = 0;
let timer: ReturnType<typeof setTimeout> | undefined;
let beat: ReturnType<typeof setInterval> | undefined;

const lists = new Map<string, Extract<AgentFrameOut, { type: 'list' }>>();
const watched = new Map<Id, () => number>();
const listeners = new Map<string, Set<Listener>>();
const resumers = new Set<() => void>();
const enders = new Set<() => void>();

export const lineState = (): LineState => state;
/** Since when nothing comes in, `null` while the line holds. */
export const lineDownSince = (): number | null => downSince;
export const nextTryAt = (): number | null => retryAt;

export function on<T extends AgentFrameIn['type']>(type: T, listener: (frame: Frame<T>) => void): () => void {
  const set = listeners.get(type) ?? new Set();
  listeners.set(type, set.add(listener as Listener));
  return () => { set.delete(listener as Listener); };
}
/** Called when the line is back after a break: what was missed has to be read. */
export function onResume(act: () => void): () => void {
  resumers.add(act);
  return () => { resumers.delete(act); };
}
/** Called when the server says that this session is over. */
export function onSignedOut(act: () => void): () => void {
  enders.add(act);
  return () => { enders.delete(act); };
}

export function start(): void {
  if (state !== 'off') return;
  beat = setInterval(pulse, 5_000);
  addEventListener('online', hurry);
  document.addEventListener('visibilitychange', hurry);
  connect();
}

export function stop(): void {
  clearTimeout(timer);
  clearInterval(beat);
  removeEventListener('online', hurry);
  document.removeEventListener('visibilitychange', hurry);
  state = 'off';
  downSince = retryAt = null;
  lists.clear();
  watched.clear();
  everReady = false;
  const old = transport;
  transport = null;
  old?.close();
}

export function list(id: string, view: string, options: { filter?: Filter; sort?: Sort; limit?: number } = {}): void {
  const frame = { type: 'list' as const, id, view, ...options };
  lists.set(id, frame);
  if (ready) transport?.send(frame);
}
export function unlist(id: string): void {
  if (lists.delete(id) && ready) transport?.send({ type: 'unlist', id });
}
/** `after` is asked again at every reconnect. */
export function watch(conversation: Id, after: () => number): void {
  watched.set(conversation, after);
  if (!ready) return;
  transport?.send({ type: 'watch', conversation, after: after() });
  if (present?.conversation === conversation) repeat();
}
export function unwatch(conversation: Id): void {
  if (present?.conversation === conversation) present = null;
  if (watched.delete(conversation) && ready) transport?.send({ type: 'unwatch', conversation });
}
/** Tells colleagues what is done here, and again for as long as it lasts. `peek` are the words of the draft, for those who show them.
 *  The server hears only of cases that are watched: what is said before that is said again when the watch stands. */
export function presence(conversation: Id, doing: Doing, peek?: string): void {
  present = { conversation, doing, peek, at: Date.now() };
  repeat();
}
/** The case is on the screen: `viewing`, unless more is already said of it. */
export function arrive(conversation: Id): void {
  if (present?.conversation !== conversation) presence(conversation, 'viewing');
}
function repeat(): void {
  if (!present) return;
  present.at = Date.now();
  const { conversation, doing, peek } = present;
  if (ready && watched.has(conversation)) transport?.send({ type: 'presence', conversation, doing, ...(peek ? { peek } : {}) });
}

const wanted = (): Wanted => ({
  lists: [...lists.values()],
  watch: [...watched].map(([conversation, after]) => ({ conversation, after: after() })),
});

function connect(): void {
  clearTimeout(timer);
  retryAt = null;
  ready = false;
  openedAt = heard = asked = Date.now();
  const fallback = unreadySockets >= BLOCKED_AFTER;
  if (state !== 'fallback' || !fallback) state = 'connecting';
  let mine: Transport | null = null;
  const ears = {
    alive: () => { heard = Date.now(); },
    frame: (frame: AgentFrameIn) => { if (transport === mine) take(frame, fallback); },
    ended: (code: number) => { if (transport === mine) ended(code, fallback); },
  };
  mine = transport = fallback ? openEvents(ears, wanted) : openSocket(ears);
}

function take(frame: AgentFrameIn, fallback: boolean): void {
  if (frame.type === 'ready') {
    ready = true;
    failures = 0;
    if (!fallback) unreadySockets = 0;
    state = fallback ? 'fallback' : 'live';
    downSince = null;
    if (!fallback) {
      for (const each of lists.values()) transport?.send(each);
      for (const [conversation, after] of watched) transport?.send({ type: 'watch', conversation, after: after() });
      repeat();
    }
    if (everReady) for (const act of resumers) act();
    everReady = true;
  }
  // An event stream has no close code; it says so before it ends.
  if (frame.type === 'closed' && frame.code === 'signed_out') { for (const act of enders) act(); return; }
  for (const listener of listeners.get(frame.type) ?? []) (listener as (frame: AgentFrameIn) => void)(frame);
}

function ended(code: number, fallback: boolean): void {
  transport = null;
  if (state === 'off') return;
  if (code === 4401) { for (const act of enders) act(); return; }
  if (!ready && !fallback && navigator.onLine) unreadySockets += 1;
  ready = false;
  failures += 1;
  downSince ??= Date.now();
  state = 'waiting';
  const pause = Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** (failures - 1)) * (0.5 + Math.random() / 2);
  retryAt = Date.now() + pause;
  timer = setTimeout(connect, pause);
}

/** Every 5 s: a ping after 20 s of our own silence, the end of a line that has been silent for 30 s. */
function pulse(): void {
  const now = Date.now();
  if (!transport) return;
  if (now - heard > DEAD_MS || (!ready && now - openedAt > OPEN_MS)) { transport.close(); return; }
  if (now - asked >= PING_MS) { asked = now; transport.send({ type: 'ping' }); }
  if (present && now - present.at >= PRESENT_MS) repeat();
  if (state === 'fallback' && now - openedAt > SOCKET_AGAIN_MS) { unreadySockets = BLOCKED_AFTER - 1; transport.close(); }
}

/** The network or the screen is back: try now, and doubt a line that has been asleep. */
function hurry(): void {
  if (document.visibilityState === 'hidden') return;
  if (!transport && state === 'waiting') { failures = 0; connect(); return; }
  if (transport && Date.now() - heard > PING_MS) {
    const before = heard;
    transport.send({ type: 'ping' });
    setTimeout(() => { if (heard === before) transport?.close(); }, 5_000);
  }
}
