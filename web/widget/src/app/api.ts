// The visitor's calls. A failure is always a `Trouble` with the problem's stable code; `again` says whether repeating may help.
import type { Answers, Asks, Known, Path, Takes } from '$shared/api/calls';
import type { FileInfo, ProblemDocument } from '$shared/api/types';
import type { Riddle } from '../proof/solve';
import { desk, type Blocked } from './desk';

export class Trouble extends Error {
  constructor(public code: string, public status = 0, public after = 0, public challenge?: Riddle) {
    super(code);
  }
  /** The line, the server's state or the rate: not the message itself. */
  get again(): boolean {
    return !this.status || this.status >= 500 || this.status === 429 || this.status === 428 || this.status === 408;
  }
}

const base = '/visitor/v1' as const;
let token: string | undefined;
export const authorise = (next: string | undefined): void => { token = next; };
export const authorised = (): string | undefined => token;
export const bearer = (): Record<string, string> => (token ? { authorization: `Bearer ${token}` } : {});

/** Called when the desk does not know our session any more. */
let onLost: () => Promise<void> | void = () => {};
export const whenLost = (act: typeof onLost): void => { onLost = act; };

/** The problem of an answer that is not 2xx; a proxy's HTML page has only its status. */
export function trouble(status: number, text: string): Trouble {
  let problem: Partial<ProblemDocument> & Blocked & { challenge?: Riddle } = {};
  try { problem = JSON.parse(text); } catch { /* Not ours. */ }
  if (problem.code === 'blocked') desk.blocked = problem;
  return new Trouble(problem.code ?? `http_${status}`, status, problem.retry_after_ms ?? 0, problem.challenge);
}

async function refused(answer: Response): Promise<Trouble> {
  if (answer.status === 401 && token) await onLost();
  return trouble(answer.status, await answer.text().catch(() => ''));
}

type Verb = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Surface = typeof base;
type Sent<M extends Verb, P extends string> = Takes<Surface, Lowercase<M>, P>;
type Query<M extends Verb, P extends string> = Asks<Surface, Lowercase<M>, P>;
/** What the contract asks for behind the path: the body, then what stands behind the `?`. */
type Given<M extends Verb, P extends string> = Known<Surface, Lowercase<M>, P,
  [Sent<M, P>] extends [undefined] ? [body?: undefined, query?: Query<M, P>] : [body: Sent<M, P>]>;

export async function call<M extends Verb, P extends Path<Surface, Lowercase<M>>>(method: M, path: P, ...[body, query]: Given<M, P>): Promise<Answers<Surface, Lowercase<M>, P>> {
  const answer = await fetch(base + path + (query ? '?' + Object.entries(query).map((pair) => pair.join('=')).join('&') : ''), {
    method, credentials: 'omit', keepalive: method === 'DELETE', signal: AbortSignal.timeout?.(30_000),
    headers: { ...bearer(), ...(body !== undefined && { 'content-type': 'application/json' }) },
    body: JSON.stringify(body),
  }).catch(() => { throw new Trouble('offline'); });
  if (!answer.ok) throw await refused(answer);
  // Nothing comes with 204, and nothing is read of it.
  return answer.status === 204 ? undefined! : await answer.json().catch(() => { throw new Trouble('offline'); });
}

/** One file, raw, with its progress from 0 to 1; `XMLHttpRequest` because `fetch` cannot tell it. */
export function upload(file: Blob, name: string, progress: (part: number) => void, signal: AbortSignal): Promise<FileInfo> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', `${base}/files?name=${encodeURIComponent(name)}`);
    for (const [header, value] of Object.entries(bearer())) request.setRequestHeader(header, value);
    request.setRequestHeader('content-type', file.type || 'application/octet-stream');
    request.upload.onprogress = (event) => progress(event.loaded / (event.total || 1));
    request.onload = () => request.status < 300 ? resolve(JSON.parse(request.responseText)) : reject(trouble(request.status, request.responseText));
    request.onerror = request.ontimeout = () => reject(new Trouble('offline'));
    request.onabort = () => reject(new Trouble('cancelled', 499));
    signal.onabort = () => request.abort();
    request.send(file);
  });
}

export async function download(id: string, small?: boolean): Promise<Blob> {
  const answer = await fetch(`${base}/files/${id}${small ? '/small' : ''}`, { headers: bearer(), credentials: 'omit' });
  if (!answer.ok) throw await refused(answer);
  return answer.blob();
}
