// What the visitor sees, in one place: the inbox's settings, the conversations, the open thread, what waits to be sent.
// State only; the verbs are in thread.ts, sender.ts, session.ts and live.ts.
import type { VisitorContact, VisitorConversation, VisitorEvent, WidgetConfig } from '$shared/api/types';
import type { Page } from '../protocol';
import { full, uuid } from './env';
import type { Item } from './outbox';

/** Whom the desk does not hear, and until when; a network's block stops everybody in it. */
export interface Blocked { what?: string; until?: number | null }

class Desk {
  config?: WidgetConfig;
  /** Why there is no config: the inbox is gone, the origin is refused. */
  problem?: string;
  contact?: VisitorContact;
  list: VisitorConversation[] = [];
  /** The open conversation's id, or `new:…`. */
  thread = `new:${uuid()}`;
  events: VisitorEvent[] = [];
  /** There are earlier events than those shown. */
  more = false;
  loading = false;
  out: Item[] = [];
  /** Upload progress of what this tab is sending, 0 to 1, by `client_id`. */
  progress: Record<string, number> = {};
  /** The desk does not take messages from here. */
  blocked?: Blocked;
  /** The browser does the work that the desk asks for when many come at once. */
  checking = false;
  /** Messages that did not get through at the first try. */
  stuck = false;
  online = navigator.onLine;
  /** The live line was there and is gone. */
  cut = false;
  typing = '';
  /** The panel is open. */
  shown = full;
  /** The tab is in front. */
  front = !document.hidden;
  /** The end of the thread is on the screen. */
  atEnd = true;
  menu = false;
  draft = '';
  page?: Page;
  attrs: Record<string, string> = {};

  get conversation(): VisitorConversation | undefined {
    return this.list.find((one) => one.id === this.thread);
  }
  get unread(): number {
    return this.list.reduce((sum, one) => sum + one.unread, 0);
  }
  get last(): number {
    return this.events.at(-1)?.seq ?? 0;
  }
}

let queued = false;
let draw: () => void = () => {};
export const whenChanged = (act: () => void): void => { draw = act; };
/** Draws once, however much changes in this turn. */
export function redraw(): void {
  if (queued) return;
  queued = true;
  queueMicrotask(() => {
    queued = false;
    draw();
  });
}

/** Assigning to it draws the screen anew; what it holds is replaced, never changed in place. */
export const desk = new Proxy(new Desk(), {
  set(target, key, value) {
    if (Reflect.get(target, key) !== value) redraw();
    return Reflect.set(target, key, value);
  },
});

export const isNew = (thread: string): boolean => thread.startsWith('new:');

/** Puts a conversation's newest state into the list, newest first. */
export function upsert(one: VisitorConversation): void {
  desk.list = [one, ...desk.list.filter((old) => old.id !== one.id)].sort((a, b) => b.last_at - a.last_at);
}
