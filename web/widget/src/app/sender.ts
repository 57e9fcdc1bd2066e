// Empties the outbox, oldest first, one tab at a time, until the desk has acknowledged each message. A line that fails is tried again
// after 1-30 s; a message the desk refuses is marked, kept, and left to the visitor. `client_id` makes every repeat harmless.
import type { FileInfo, VisitorEvent } from '$shared/api/types';
import { call, Trouble, upload } from './api';
import { desk, isNew, upsert } from './desk';
import { alone, backoff, keep, kept, tell, uuid } from './env';
import { watch } from './live';
import { add, agreed, change, done, unsent, waiting, type Item } from './outbox';
import { begin } from './session';
import { announce, reload, take } from './thread';

let tries = 0;
let running = false;
let timer: ReturnType<typeof setTimeout>;
let current: { client_id: string; control: AbortController } | undefined;

export async function write(text: string, files: File[], email: string): Promise<void> {
  const { name, email: known, ...fields } = desk.attrs;
  const details = { ...(name && { name }), ...((email || known) && { email: email || known }) };
  const start = isNew(desk.thread);
  await add({
    client_id: uuid(), thread: desk.thread, text, at: Date.now(), files: files.map((file) => ({ blob: file, name: file.name })),
    ...(start && { start: { page: desk.page, ...(Object.keys(fields).length && { fields }) } }),
    ...(start && Object.keys(details).length && { details }),
    ...(start && email && { notify: email }),
  });
  await moved();
  void pump();
}

async function moved(): Promise<void> {
  await reload();
  tell('out');
}

/** Takes the waiting messages up again at once. */
export async function pump(): Promise<void> {
  clearTimeout(timer);
  if (running) return;
  running = true;
  try {
    await alone(async () => {
      for (let item; (item = (await waiting()).find((one) => !one.failed)); tries = 0) await attempt(item);
    });
    desk.stuck = false;
  } catch (error) {
    desk.stuck = true;
    timer = setTimeout(pump, Math.max(backoff(tries++), error instanceof Trouble ? error.after : 0));
  }
  running = false;
}

export function retryNow(): void {
  tries = 0;
  void pump();
}

/** Throws only what is worth repeating. */
async function attempt(item: Item): Promise<void> {
  const signed = !!kept()?.sub;
  try {
    await deliver(item);
  } catch (error) {
    if (!(error instanceof Trouble) || error.again) throw error;
    // An anonymous session has gone: the next turn begins another.
    if (error.code === 'unauthenticated' && !signed && desk.config?.anonymous_allowed && tries++ < 2) return;
    if (error.code !== 'cancelled') await change(item.id, { failed: error.code, files: unsent(item.files) });
  } finally {
    current = undefined;
    await moved();
  }
}

async function deliver(item: Item): Promise<void> {
  await begin();
  if (item.details) {
    await call('PATCH', '/session', item.details);
    // What was typed here is to be written to; the desk mails a link first. The message does not wait for that.
    if (item.notify) void call('PUT', '/session/email', { email: item.notify }).catch(() => {});
    await change(item.id, { details: undefined, notify: undefined });
  }
  const files: string[] = [];
  for (const file of item.files) {
    file.info ??= await bring(item, file.blob, file.name);
    files.push(file.info.id);
  }
  if (files.length) await change(item.id, { files: item.files });
  const body = { client_id: item.client_id, ...(item.text && { text: item.text }), ...(files.length && { files }) };
  const who = (await agreed()) ?? kept();
  const made = who?.made ?? {};
  const thread = made[item.thread] ?? item.thread;
  if (isNew(thread)) {
    const { conversation, event } = await call('POST', '/conversations', { ...body, ...item.start });
    upsert(conversation);
    const next = { ...who, made: { ...Object.fromEntries(Object.entries(made).slice(-9)), [thread]: conversation.id } };
    keep(next);
    await agreed(next);
    await acknowledged(item, conversation.id, event);
    tell('made');
  } else {
    const { event } = await call('POST', `/conversations/${thread}/messages`, body);
    await acknowledged(item, thread, event);
  }
}

async function bring(item: Item, blob: Blob, name: string): Promise<FileInfo> {
  const control = new AbortController();
  current = { client_id: item.client_id, control };
  const total = item.files.reduce((sum, file) => sum + file.blob.size, 0) || 1;
  const before = item.files.reduce((sum, file) => sum + (file.info ? file.blob.size : 0), 0);
  return upload(blob, name, (part) => {
    desk.progress = { [item.client_id]: (before + part * blob.size) / total };
  }, control.signal);
}

async function acknowledged(item: Item, id: string, event: VisitorEvent): Promise<void> {
  await done(item.client_id, item.thread, id);
  if (desk.thread === item.thread && item.thread !== id) {
    desk.thread = id;
    take(id, [event], true);
    watch();
  } else take(id, [event]);
  announce(id, 'me');
}

/** After a refusal: with a new identity where the old one is spent, in a new conversation where the old one is out of reach. */
export async function retry(item: Item): Promise<void> {
  const reach = isNew(item.thread) || desk.list.some((one) => one.id === item.thread);
  const thread = reach ? item.thread : isNew(desk.thread) ? desk.thread : `new:${uuid()}`;
  if (!reach) desk.thread = thread;
  await change(item.id, { failed: undefined, thread, ...(item.failed === 'body_mismatch' && { client_id: uuid() }) });
  await moved();
  retryNow();
}

/** Gives a message up; an upload under way is stopped. */
export async function discard(item: Item): Promise<void> {
  await done(item.client_id);
  if (current?.client_id === item.client_id) current.control.abort();
  await moved();
}
