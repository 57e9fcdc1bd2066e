// What is being written, one box for each conversation and mode. A box knows whom it is for and never changes that: text written for
// one customer cannot be sent to another. Boxes are kept on the server 600 ms after the last key and come back on any machine.
import { isProblem } from '$shared/api/client';
import type { Draft, FileInfo, Id, MailCopies } from '$shared/api/types';
import { upload, type Upload } from '$shared/api/upload';
import { uuid } from '$shared/api/uuid';
import { api, BASE } from './api';

export type Mode = Draft['mode'];
export interface Uploading { key: string; name: string; size: number; part: number; problem: unknown; cancel: () => void; again: () => void }

/** Whom a reply by mail is also for. */
export type Copies = Readonly<Required<MailCopies>>;
const NOBODY: Copies = { cc: [], bcc: [], reply_all: [] };
const together = (one: readonly string[], other: readonly string[] = []) => [...new Set([...one, ...other])];

const SAVE_MS = 600;
const boxes = new Map<string, DraftBox>();
const restored = new Set<Id>();

export class DraftBox {
  readonly conversation: Id;
  readonly mode: Mode;
  text = $state('');
  files = $state.raw<readonly FileInfo[]>([]);
  copies = $state.raw<Copies>(NOBODY);
  uploading = $state.raw<readonly Uploading[]>([]);
  saved = $state<'no' | 'saving' | 'yes' | 'failed'>('no');
  #timer: ReturnType<typeof setTimeout> | undefined;
  #sending: { id: Id; body: string } | null = null;
  #dirty = false;

  constructor(conversation: Id, mode: Mode) {
    this.conversation = conversation;
    this.mode = mode;
  }

  get empty(): boolean { return this.text.trim() === '' && this.files.length === 0 && this.uploading.length === 0; }
  get ready(): boolean { return !this.uploading.length && (this.text.trim() !== '' || this.files.length > 0); }
  /** Whom it is also for, as it is sent; nothing where it is for the customer alone. */
  get mail(): Copies | undefined { return Object.values(this.copies).some((list) => list.length > 0) ? this.copies : undefined; }
  get dirty(): boolean { return this.#dirty; }

  write(text: string): void {
    if (text === this.text) return;
    this.text = text;
    this.#touch();
  }

  address(part: Partial<Copies>): void {
    this.copies = { ...this.copies, ...part };
    this.#touch();
  }

  #touch(): void {
    this.#dirty = true;
    this.saved = 'no';
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => { void this.save(); }, SAVE_MS);
  }

  /** Keeps the box on the server now. */
  async save(keepalive = false): Promise<void> {
    clearTimeout(this.#timer);
    if (!this.#dirty) return;
    this.#dirty = false;
    this.saved = 'saving';
    const path = `/conversations/${this.conversation}/drafts/${this.mode}` as const;
    try {
      if (this.text === '' && this.files.length === 0 && !this.mail) await api.delete(path, { keepalive });
      else await api.put(path, { text: this.text, files: this.files.map((file) => file.id), ...(this.mail ? { mail: this.mail } : {}) }, { keepalive });
      this.saved = this.#dirty ? 'no' : 'yes';
    } catch (error) {
      // A draft that never was is gone as asked.
      if (isProblem(error, 'not_found') && this.text === '') { this.saved = 'yes'; return; }
      this.saved = 'failed';
      this.#dirty = true;
      if (isProblem(error) && error.passing && !keepalive) this.#timer = setTimeout(() => { void this.save(); }, 5_000);
    }
  }

  /** What another machine kept, unless something was written here meanwhile. */
  restore(draft: Draft): void {
    if (this.#dirty || this.text !== '') return;
    this.text = draft.text;
    this.files = draft.files;
    this.copies = { ...NOBODY, ...draft.mail };
    this.saved = 'yes';
  }

  /** Puts a withdrawn message back in front of what has been written since. */
  putBack(text: string, files: readonly FileInfo[], mail?: MailCopies | null): void {
    this.text = this.text.trim() === '' ? text : `${text}\n\n${this.text}`;
    this.copies = { cc: together(this.copies.cc, mail?.cc), bcc: together(this.copies.bcc, mail?.bcc), reply_all: together(this.copies.reply_all, mail?.reply_all) };
    const have = new Set(this.files.map((file) => file.id));
    this.files = [...files.filter((file) => !have.has(file.id)), ...this.files];
    this.#touch();
  }

  /** What was taken back and is sent again unchanged is another message: the server remembers the first one as taken back. */
  anew(): void { this.#sending = null; }

  /** Empties the box as its message leaves, and the draft with it: of itself, the server drops only one that the message begins with. */
  clear(): void {
    this.drop();
    this.#dirty = true;
    void this.save();
  }

  /** Empties the box of a case that keeps nothing any more. */
  drop(): void {
    clearTimeout(this.#timer);
    this.text = '';
    this.files = [];
    this.copies = NOBODY;
    this.#dirty = false;
  }

  /** The id of this very message: the same for a repeat, another one once the words have changed. */
  clientId(): Id {
    const body = JSON.stringify([this.text, this.files.map((file) => file.id), this.copies]);
    if (this.#sending?.body !== body) this.#sending = { id: uuid(), body };
    return this.#sending.id;
  }

  attach(list: Iterable<File>): void {
    for (const file of list) this.#upload(file);
  }

  #upload(file: File): void {
    const key = uuid();
    const change = (part: Partial<Uploading>) => { this.uploading = this.uploading.map((each) => (each.key === key ? { ...each, ...part } : each)); };
    const drop = () => { this.uploading = this.uploading.filter((each) => each.key !== key); };
    let running: Upload;
    const start = () => {
      running = upload(BASE, file, (part) => change({ part }));
      running.done.then(
        (info) => { drop(); this.files = [...this.files, info]; this.#touch(); },
        (problem: unknown) => { if (!isProblem(problem, 'cancelled')) change({ problem }); },
      );
    };
    const cancel = () => { running.cancel(); drop(); };
    const again = () => { change({ problem: null, part: 0 }); start(); };
    this.uploading = [...this.uploading, { key, name: file.name, size: file.size, part: 0, problem: null, cancel, again }];
    start();
  }

  detach(id: Id): void {
    this.files = this.files.filter((file) => file.id !== id);
    this.#touch();
  }
}

export function boxFor(conversation: Id, mode: Mode): DraftBox {
  const key = `${conversation} ${mode}`;
  const box = boxes.get(key) ?? new DraftBox(conversation, mode);
  boxes.set(key, box);
  return box;
}

/** Reads what was kept on the server, once for each conversation that is opened. */
export async function restoreDrafts(conversation: Id): Promise<Mode | null> {
  if (!restored.has(conversation)) {
    const { items } = await api.get(`/conversations/${conversation}/drafts`);
    restored.add(conversation);
    for (const draft of items) boxFor(conversation, draft.mode).restore(draft);
  }
  if (!boxFor(conversation, 'reply').empty) return 'reply';
  return boxFor(conversation, 'note').empty ? null : 'note';
}

export function saveAllDrafts(leaving = false): void {
  for (const [key, box] of boxes) {
    if (box.dirty) void box.save(leaving);
    else if (box.empty) { boxes.delete(key); restored.delete(box.conversation); }
  }
}

export function dropDrafts(conversation: Id): void {
  for (const box of boxes.values()) if (box.conversation === conversation) box.drop();
}

export function forgetDrafts(): void {
  boxes.clear();
  restored.clear();
}

addEventListener('pagehide', () => saveAllDrafts(true));
document.addEventListener('visibilitychange', () => { if (document.hidden) saveAllDrafts(true); });
