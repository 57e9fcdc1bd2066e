// The one way to ask the server: same-origin cookies, JSON both ways, problems as typed errors, If-Match, repeats only where they are
// safe. What a call takes and answers is the contract's (calls.ts): a wrong path, query or body is a type error. It knows no screen and
// keeps nothing.
import type { Answers, Asks, Base, Known, Method, Path, Takes } from './calls';
import type { ProblemCode, ProblemDocument } from './types';

/** What the server refused, or `offline` / `timeout` when nobody answered. */
export class Problem extends Error {
  override name = 'Problem';
  readonly status: number;
  readonly code: ProblemCode | 'offline' | 'timeout' | (string & {});
  readonly document: Partial<ProblemDocument>;

  constructor(status: number, code: string, document: Partial<ProblemDocument> = {}) {
    super(document.detail ?? document.title ?? code);
    this.status = status;
    this.code = code;
    this.document = document;
  }

  /** The refused fields of a form and why. */
  get fields(): Record<string, string> { return this.document.fields ?? {}; }
  /** Nothing was decided: the same request may be sent again. */
  get passing(): boolean { return this.status === 0 || this.status === 503 || this.status === 429 || this.status === 502 || this.status === 504; }
}

export const isProblem = (error: unknown, ...codes: string[]): error is Problem =>
  error instanceof Problem && (codes.length === 0 || codes.includes(error.code));

export interface Ask<Q = object> {
  signal?: AbortSignal;
  /** Sent as If-Match; 412 `stale` when the object moved. */
  etag?: string;
  /** Sent as Idempotency-Key; makes a repeat safe. */
  key?: string;
  /** The body carries a `client_id`, or the call is idempotent by nature: repeat it while the answer is unknown. */
  repeat?: boolean;
  /** Goes out although the page is being closed. */
  keepalive?: boolean;
  /** What is empty is left out. */
  query?: { [K in keyof Q]: Q[K] | null | undefined };
}

export interface Answer<T> {
  data: T;
  etag: string | null;
  /** An earlier try with the same key had done it: `data` is no more than the id of what was made. */
  replayed: boolean;
}

const TRIES = 4;
const TIMEOUT_MS = 30_000;

type Options<B extends Base, M extends Method, P extends string> = Ask<Asks<B, M, P>>;
/** A body that the route asks for, then the options; where it takes none there is only room for the options. */
type Given<B extends Base, M extends Method, P extends string> = Known<B, M, P,
  [Takes<B, M, P>] extends [undefined] ? [body?: undefined, options?: Options<B, M, P>] : [body: Takes<B, M, P>, options?: Options<B, M, P>]>;
type Bare<B extends Base, M extends Method, P extends string> = Known<B, M, P, [options?: Options<B, M, P>]>;

export interface ClientOptions<B extends Base> {
  base: B;
  /** Called once for each answer 401: the session is gone. */
  signedOut?: () => void;
  /** How far the server's clock is ahead of ours, in milliseconds, seen on each answer. */
  skew?: (ms: number) => void;
}

export function makeClient<B extends Base>({ base, signedOut, skew }: ClientOptions<B>) {
  async function once<T>(method: string, path: string, body: unknown, ask: Ask): Promise<Answer<T>> {
    const headers = new Headers({ accept: 'application/json' });
    if (body !== undefined) headers.set('content-type', 'application/json');
    if (ask.etag) headers.set('if-match', ask.etag);
    if (ask.key) headers.set('idempotency-key', ask.key);
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const signal = ask.signal ? AbortSignal.any([ask.signal, timeout]) : timeout;
    let response: Response;
    try {
      response = await fetch(base + path + queryOf(ask.query), {
        method, headers, signal, credentials: 'same-origin', cache: 'no-store', keepalive: ask.keepalive ?? false,
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
    } catch (error) {
      if (ask.signal?.aborted) throw error;
      throw new Problem(0, timeout.aborted ? 'timeout' : 'offline');
    }
    const date = response.headers.get('date');
    if (skew && date) skew(Date.parse(date) - Date.now());
    if (!response.ok) {
      const problem = await problemOf(response);
      if (response.status === 401) signedOut?.();
      throw problem;
    }
    const text = response.status === 204 ? '' : await response.text();
    return { data: (text === '' ? undefined : JSON.parse(text)) as T, etag: response.headers.get('etag'), replayed: response.headers.has('idempotency-replayed') };
  }

  async function ask<T>(method: string, path: string, body: unknown, options: Ask = {}): Promise<Answer<T>> {
    const safe = method === 'GET' || options.repeat === true || options.key !== undefined;
    for (let tried = 1; ; tried += 1) {
      try {
        return await once<T>(method, path, body, options);
      } catch (error) {
        if (!safe || tried === TRIES || !isProblem(error) || !error.passing || options.keepalive) throw error;
        await wait(error.document.retry_after_ms ?? 250 * 2 ** tried * (0.75 + Math.random() / 2), options.signal);
      }
    }
  }

  return {
    get: async <P extends Path<B, 'get'>>(path: P, ...[options]: Bare<B, 'get', P>) => (await ask<Answers<B, 'get', P>>('GET', path, undefined, options)).data,
    /** With the ETag that a later change must name. */
    read: <P extends Path<B, 'get'>>(path: P, ...[options]: Bare<B, 'get', P>) => ask<Answers<B, 'get', P>>('GET', path, undefined, options),
    post: async <P extends Path<B, 'post'>>(path: P, ...[body, options]: Given<B, 'post', P>) => (await ask<Answers<B, 'post', P>>('POST', path, body ?? {}, options)).data,
    /** Makes one thing under a key; `undefined` where an earlier try had made it and its answer was lost. */
    make: async <P extends Path<B, 'post'>>(path: P, body: Takes<B, 'post', P>, options: { key: string }): Promise<Answers<B, 'post', P> | undefined> => {
      const { data, replayed } = await ask<Answers<B, 'post', P>>('POST', path, body, options);
      return replayed ? undefined : data;
    },
    put: async <P extends Path<B, 'put'>>(path: P, ...[body, options]: Given<B, 'put', P>) => (await ask<Answers<B, 'put', P>>('PUT', path, body, { repeat: true, ...options })).data,
    patch: <P extends Path<B, 'patch'>>(path: P, ...[body, options]: Given<B, 'patch', P>) => ask<Answers<B, 'patch', P>>('PATCH', path, body, options),
    delete: async <P extends Path<B, 'delete'>>(path: P, ...[options]: Bare<B, 'delete', P>) => (await ask<Answers<B, 'delete', P>>('DELETE', path, undefined, options)).data,
  };
}

async function problemOf(response: Response): Promise<Problem> {
  try {
    const document = (await response.json()) as ProblemDocument;
    if (typeof document.code === 'string') return new Problem(response.status, document.code, document);
  } catch { /* A proxy answered in its own words; the status has to do. */ }
  const retry = Number(response.headers.get('retry-after'));
  return new Problem(response.status, response.status === 503 || response.status === 502 ? 'busy' : 'bad_request',
    retry > 0 ? { retry_after_ms: retry * 1000 } : {});
}

function queryOf(query: Ask['query']): string {
  const pairs = Object.entries(query ?? {}).filter(([, value]) => value !== undefined && value !== null && value !== '');
  return pairs.length === 0 ? '' : `?${new URLSearchParams(pairs.map(([key, value]) => [key, String(value)]))}`;
}

function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms);
    signal?.addEventListener('abort', () => { clearTimeout(timer); reject(signal.reason as Error); }, { once: true });
  });
}
