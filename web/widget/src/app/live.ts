// The live line: a WebSocket, or a streamed answer where sockets are blocked; the same frames on both. It authenticates in its first frame,
// resumes the open thread after the last number we have, and notices within 30 s that the other end is dead.
import { authorised } from './api';
import { desk, isNew, upsert } from './desk';
import { backoff } from './env';
import { announce, catchUp, isPlaced, load, open, take } from './thread';
import type { VisitorFrameIn, VisitorFrameOut } from '$shared/api/types';

/** `patience`: how long an answer to a question may take, in ms. */
export interface Line { patience: number; send(frame: VisitorFrameOut): void; close(): void }
export type Hear = (frame?: VisitorFrameIn) => void;
export type Ended = (code?: number) => void;

let line: Line | undefined;
let tries = 0;
/** Lines in a row that never got as far as `ready`: two sockets, then two streams, then sockets again. */
let refused = 0;
let timer: ReturnType<typeof setTimeout>;
let clock: ReturnType<typeof setInterval>;
let quiet: ReturnType<typeof setTimeout>;
let lost: () => void = () => {};
export const whenSignedOut = (act: () => void): void => { lost = act; };

const watched = () => isNew(desk.thread) ? [] : [{ conversation: desk.thread, after: desk.last }];
export const first = (): Extract<VisitorFrameOut, { type: 'auth' }> => ({ type: 'auth', token: authorised() ?? '', watch: watched() });

function socket(hear: Hear, ended: Ended): Line {
  const ws = new WebSocket(`${location.origin.replace('http', 'ws')}/visitor/v1/stream`);
  ws.onopen = () => ws.send(JSON.stringify(first()));
  ws.onmessage = (event) => hear(JSON.parse(event.data));
  ws.onclose = (event) => ended(event.code);
  return { patience: 8_000, send: (frame) => { if (ws.readyState === 1) ws.send(JSON.stringify(frame)); }, close: () => ws.close() };
}

export async function connect(): Promise<void> {
  clearTimeout(timer);
  if (line || !authorised()) return;
  const pending: Line = { patience: 0, send() {}, close() {} };
  line = pending;
  let mine: Line = pending;
  let ready = false;
  let heard = Date.now();
  let asked = heard;
  const ended: Ended = (code) => {
    if (line !== mine) return;
    stop();
    if (code === 4401) return lost();
    // Blocked: asking says until when; if it was lifted meanwhile, the line comes back.
    if (code === 4403) return void load().then(connect, () => {});
    if (!ready) refused += 1;
    desk.cut = ready || refused > 1;
    timer = setTimeout(() => { if (refused > 3) void catchUp().catch(() => {}); void connect(); }, backoff(tries++));
  };
  const hear: Hear = (frame) => {
    if (line !== mine) return;
    heard = Date.now();
    if (!frame) return;
    if (frame.type === 'ready') {
      const again = desk.cut || !isPlaced();
      ready = true;
      tries = refused = 0;
      desk.cut = false;
      desk.contact = frame.contact;
      if (again) void catchUp().catch(() => {});
    } else if (frame.type === 'closed') ended(frame.code === 'signed_out' ? 4401 : frame.code === 'blocked' ? 4403 : 4000);
    else react(frame);
  };
  const make = refused % 4 < 2 ? socket : (await import('./stream')).stream;
  if (line !== pending) return;
  line = mine = make(hear, ended);
  clock = setInterval(() => {
    const now = Date.now();
    // Timers of a hidden tab are slow: only an unanswered question counts as silence.
    if (asked > heard && now - asked > mine.patience) { mine.close(); ended(); } else if (now - asked > 15_000 && asked <= heard) { asked = now; mine.send({ type: 'ping' }); }
  }, 3_000);
}

function react(frame: VisitorFrameIn): void {
  if (frame.type === 'events') {
    const before = desk.last;
    take(frame.conversation, frame.events);
    for (const event of frame.events) if (event.seq > before && event.message?.from === 'them') announce(frame.conversation, 'them');
  } else if (frame.type === 'conversation') upsert(frame.conversation);
  else if (frame.type === 'typing' && frame.conversation === desk.thread) {
    desk.typing = frame.name;
    clearTimeout(quiet);
    quiet = setTimeout(() => { desk.typing = ''; }, 6_000);
  } else if (frame.type === 'reload') {
    if (!frame.conversation) void catchUp().catch(() => {});
    else if (frame.conversation === desk.thread) void open(desk.thread);
    else void load().catch(() => {});
  }
}

export function stop(): void {
  const old = line;
  line = undefined;
  clearTimeout(timer);
  clearInterval(clock);
  old?.close();
}

/** The network is back, or the tab in front: no need to wait. */
export function hurry(): void {
  tries = 0;
  void connect();
}

let following = '';
/** Follows the open thread, and only it. */
export function watch(): void {
  if (following && following !== desk.thread) line?.send({ type: 'unwatch', conversation: following });
  following = isNew(desk.thread) ? '' : desk.thread;
  if (following) line?.send({ type: 'watch', conversation: following, after: desk.last });
}

let told = 0;
export function typing(): void {
  if (isNew(desk.thread) || Date.now() - told < 3_000) return;
  told = Date.now();
  line?.send({ type: 'typing', conversation: desk.thread });
}
