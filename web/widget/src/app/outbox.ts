// What the visitor has written and the desk has not yet acknowledged: IndexedDB, so it survives a reload and a closed browser.
// It only stores; sending is sender.ts. Nothing is opened before the first message, so a mere look leaves no trace.
import type { FileInfo } from '$shared/api/types';
import type { Page } from '../protocol';
import { inbox, keep, kept, type Kept } from './env';

/** `info` is there once the file is on the desk. */
export interface Attached { blob: Blob; name: string; info?: FileInfo }
export interface Item {
  id: number;
  client_id: string;
  /** A conversation's id, or `new:…` until the desk has made one. */
  thread: string;
  text: string;
  files: Attached[];
  at: number;
  /** Sent with a new conversation; kept here because a repeat must be the same to the letter. */
  start?: { page?: Page; fields?: Record<string, string> };
  /** Typed name and e-mail, told to the desk before the message. */
  details?: { name?: string; email?: string };
  /** The address they want to be written to, once they have confirmed it. */
  notify?: string;
  /** Why the desk refused it for good. */
  failed?: string;
}

const name = `candor:${inbox}`;
let opened: Promise<IDBDatabase | undefined> | undefined;
let memory: Item[] = [];

const open = () => opened ??= new Promise((resolve) => {
  try {
    const request = indexedDB.open(name, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore('out', { keyPath: 'id', autoIncrement: true });
      request.result.createObjectStore('who');
    };
    request.onsuccess = () => {
      request.result.onversionchange = () => { request.result.close(); opened = undefined; };
      resolve(request.result);
    };
    request.onerror = () => resolve(undefined);
  } catch {
    resolve(undefined);
  }
});

/** What is done inside a transaction; nobody waits for its single steps. */
interface Changes { put(item: Item): unknown; add(item: Omit<Item, 'id'>): unknown; delete(id: IDBValidKey): unknown }

/** Runs in one transaction and resolves when it is on disk; without a database the memory of this tab has to do. */
async function run(change?: (items: Item[], store: Changes) => void): Promise<Item[]> {
  const db = await open();
  if (!db) {
    change?.(memory, {
      put: (item) => (memory = memory.map((old) => (old.id === item.id ? item : old))),
      add: (item) => (memory = [...memory, { ...item, id: item.at }]),
      delete: (id) => (memory = memory.filter((old) => old.id !== id)),
    });
    return memory;
  }
  return new Promise((resolve, reject) => {
    const transaction = db.transaction('out', change ? 'readwrite' : 'readonly', { durability: 'strict' });
    const store = transaction.objectStore('out');
    const all = store.getAll();
    all.onsuccess = () => change?.(all.result, store);
    transaction.oncomplete = () => resolve(all.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** The session as all tabs agree on it: `localStorage` may lag behind in another process for a moment, a transaction does not. */
export async function agreed(next?: Kept): Promise<Kept | undefined> {
  const db = await open();
  return db && new Promise((resolve, reject) => {
    const transaction = db.transaction('who', 'readwrite');
    const store = transaction.objectStore('who');
    if (next) store.put(next, 0);
    const now = store.get(0);
    transaction.oncomplete = () => resolve(now.result);
    transaction.onabort = () => reject(transaction.error);
  });
}

/** In the order they were written. */
export const waiting = async (): Promise<Item[]> => (kept() ? run() : []);

export async function add(item: Omit<Item, 'id'>): Promise<void> {
  if (!kept()) keep({});
  await run((_, store) => store.add(item));
}

/** Changes one that is still there; a discarded one is not brought back. */
export const change = (id: number, part: Partial<Item>) =>
  run((items, store) => items.forEach((item) => item.id === id && store.put({ ...item, ...part })));

/** Acknowledged or discarded. What waited for the same new conversation goes to the one the desk made. */
export const done = (client_id: string, from?: string, to?: string) =>
  run((items, store) => items.forEach((item) => {
    if (item.client_id === client_id) store.delete(item.id);
    else if (to && item.thread === from) store.put({ ...item, thread: to });
  }));

/** Uploads belong to a session and go with it. */
export const unsent = (files: Attached[]): Attached[] => files.map(({ blob, name }) => ({ blob, name }));

export async function wipe(): Promise<void> {
  memory = [];
  const db = await opened;
  db?.close();
  opened = undefined;
  try { indexedDB.deleteDatabase(name); } catch { /* There was none. */ }
}
