// The line to the loader on the host page. The first `init` from our parent names the origin; from then on only it is spoken to and heard.
import type { ToApp, ToHost } from '../protocol';
import { full } from './env';

type Post = ToHost extends infer M ? (M extends ToHost ? Omit<M, 'candor'> : never) : never;

let origin = '';
let early: Post[] = [];

export function post(message: Post): void {
  if (origin) parent.postMessage({ candor: 1, ...message }, origin);
  else if (!full) early.push(message);
}

export function listen(hear: (message: ToApp) => void): void {
  if (full) return;
  addEventListener('message', (event: MessageEvent<ToApp | undefined>) => {
    const message = event.data;
    if (event.source !== parent || message?.candor !== 1 || (origin && event.origin !== origin)) return;
    if (!origin) {
      if (message.type !== 'init') return;
      origin = event.origin;
      early.splice(0).forEach(post);
    }
    hear(message);
  });
}
