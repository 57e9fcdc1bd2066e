// What the page was opened with, and the browser's stores behind guards: blocked or partitioned storage must never stop a chat.
import type { VisitorContact } from '$shared/api/types';

const query = new URLSearchParams(location.search);
export const inbox = query.get('inbox') ?? '';
export const full = parent === window;

const theme = query.get('theme');
if (theme === 'light' || theme === 'dark') document.documentElement.dataset.theme = theme;

/** What is kept: nothing at all until the first message or a signed identity. `sub` tells whether a new JWT is the same person. */
export interface Kept {
  token?: string;
  contact?: VisitorContact;
  sub?: string;
  /** The conversations that came of the last `new:…` threads: another tab may still write to those. */
  made?: Record<string, string>;
}
const key = `candor:${inbox}`;
let memory: Kept | undefined;

export function kept(): Kept | undefined {
  try {
    const text = localStorage.getItem(key);
    return text ? JSON.parse(text) : undefined;
  } catch {
    return memory;
  }
}
export function keep(value: Kept | undefined): void {
  memory = value;
  try {
    if (value) localStorage.setItem(key, JSON.stringify(value));
    else localStorage.removeItem(key);
  } catch { /* Blocked: this tab's memory has to do. */ }
}

/** The other tabs of this visitor: `session` changed, `out`box changed, a conversation was `made`, everything was `wiped`. */
export type Word = 'session' | 'out' | 'made' | 'wiped';
let channel: BroadcastChannel | undefined;
try { channel = new BroadcastChannel(key); } catch { /* Denied with the storage: every tab for itself. */ }
export const tell = (word: Word): void => channel?.postMessage(word);
export const listen = (hear: (word: Word) => void): void => { if (channel) channel.onmessage = (event) => hear(event.data); };

/** One tab at a time. Where Web Locks are missing or denied with the storage, `client_id` alone keeps messages single. */
export async function alone<T>(work: () => Promise<T>): Promise<T> {
  let begun = false;
  try {
    return await (navigator.locks.request(key, () => {
      begun = true;
      return work();
    }) as Promise<T>);
  } catch (error) {
    if (begun) throw error;
    return work();
  }
}

/** `crypto.randomUUID` is missing on plain http. */
export const uuid = (): string => {
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6]! & 15) | 64;
  b[8] = (b[8]! & 63) | 128;
  return [...b].map((n, i) => ([4, 6, 8, 10].includes(i) ? '-' : '') + n.toString(16).padStart(2, '0')).join('');
};

/** 1-30 s, doubling, with jitter. */
export const backoff = (tries: number): number => Math.min(30_000, 1000 * 2 ** tries) * (0.5 + Math.random() / 2);
