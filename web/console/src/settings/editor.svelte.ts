// One settings object while it is edited: what the server has, what was typed, what it refused. When somebody else saved in between,
// their version is fetched, what was typed is put back on top of it, and the next save says so. Nothing typed is ever thrown away here.
import { isProblem, type Answer } from '$shared/api/client';
import { confirm } from '../parts/asking.svelte';
import { t } from '../i18n.svelte';
import { wordsFor } from '../state/api';
import { changed, join, same } from './merge';
import { refusedFields, refusedWords } from './refused';

const copy = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** How the object comes and goes: changed where it exists, made where it is new. */
export type Way<T, A> =
  | { read: () => Promise<Answer<T>>; change: (change: Partial<T>, ask: { etag: string | undefined }, draft: T) => Promise<Answer<A & T>> }
  | { fresh: T; make: (draft: T, ask: { key: string }) => Promise<A | undefined> };

/** `A` is what a save is answered with: the object itself, unless a new one comes with more. */
export class Editor<T extends object, A = T> {
  state = $state<'loading' | 'ready' | 'failed'>('loading');
  saving = $state(false);
  /** Fields that the server refused, and why. */
  errors = $state.raw<Record<string, string>>({});
  problem = $state('');
  /** Set when somebody else saved meanwhile: what both changed, by path. */
  joined = $state.raw<string[] | null>(null);
  draft = $state() as T;
  #base = $state.raw() as T;
  #etag: string | null = null;
  /** What the last save was answered with; nothing where an earlier try had made it and its answer was lost. */
  answer: A | undefined;
  // A repeat after a lost answer makes nothing twice; a form that was refused is another question.
  #key = crypto.randomUUID();
  readonly dirty = $derived(this.state === 'ready' && !same(this.#base, this.draft));

  constructor(private readonly way: Way<T, A>) {
    if ('fresh' in way) this.#take(way.fresh, null);
  }
  get isNew(): boolean { return 'fresh' in this.way; }

  get saved(): T { return this.#base; }

  async load(): Promise<void> {
    if ('fresh' in this.way) return;
    this.state = 'loading';
    try {
      const { data, etag } = await this.way.read();
      this.#take(data, etag);
    } catch (error) {
      this.problem = wordsFor(error);
      this.state = 'failed';
    }
  }
  #take(data: T, etag: string | null): void {
    this.#base = data;
    this.#etag = etag;
    this.draft = copy(data);
    this.errors = {};
    this.problem = '';
    this.joined = null;
    this.state = 'ready';
  }

  /** True when everything is saved. */
  async save(): Promise<boolean> {
    if (this.saving) return false;
    if (!this.dirty && !this.isNew) return true;
    this.saving = true;
    this.errors = {};
    this.problem = '';
    const sent = copy(this.draft);
    try {
      if ('fresh' in this.way) {
        this.answer = await this.way.make(sent, { key: this.#key });
        // It exists now: what was typed is no longer unsaved, and the answer is the caller's.
        this.#base = sent;
        return true;
      }
      const { data, etag } = await this.way.change(changed(this.#base, sent), { etag: this.#etag ?? undefined }, sent);
      this.answer = data;
      // What was typed while the answer was on its way stays typed.
      const typed = join<T>(sent, $state.snapshot(this.draft) as T, data).value;
      this.#take(data, etag);
      this.draft = copy(typed);
      return true;
    } catch (error) {
      if (isProblem(error, 'stale')) await this.#rejoin();
      else {
        if (isProblem(error) && !error.passing) this.#key = crypto.randomUUID();
        if (isProblem(error)) this.errors = refusedFields(error.fields);
        this.problem = Object.keys(this.errors).length > 0 ? t('settings.checkFields') : reasonOf(error);
      }
      return false;
    } finally {
      this.saving = false;
    }
  }
  async #rejoin(): Promise<void> {
    this.joined = await this.follow();
  }
  /** Takes in what was changed from elsewhere, e.g. by a button of this very screen; answers what both changed. */
  async follow(): Promise<string[] | null> {
    if ('fresh' in this.way) return null;
    try {
      const { data, etag } = await this.way.read();
      const { value, both } = join(this.#base, $state.snapshot(this.draft) as T, data);
      this.#base = data;
      this.#etag = etag;
      this.draft = copy(value);
      return both;
    } catch (error) {
      this.problem = wordsFor(error);
      return null;
    }
  }

  discard(): void {
    this.draft = copy(this.#base);
    this.errors = {};
    this.problem = '';
    this.joined = null;
  }
  /** Asks before unsaved words are lost. */
  mayLeave = async (): Promise<boolean> => !this.dirty || askToDiscard();
}

/** Why something was not done: the server's own reason where it gives one. */
export const reasonOf = (error: unknown): string =>
  isProblem(error, 'conflict') && error.document.detail ? refusedWords(error.document.detail) : isProblem(error, 'last_admin') ? t('agents.lastAdmin') : wordsFor(error);

export const askToDiscard = (): Promise<boolean> =>
  confirm({ title: t('settings.leaveTitle'), text: t('settings.leaveText'), yes: t('settings.leaveYes'), no: t('settings.leaveNo'), danger: true });
