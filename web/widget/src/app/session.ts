// Who the visitor is to the desk: an anonymous session made with the first message, or the person a signed JWT names.
// The token lives in the iframe's own storage, is shared by its tabs, and is wiped with everything else on log-out.
import type { SessionInput, VisitorSession } from '$shared/api/types';
import { authorise, authorised, call, Trouble } from './api';
import { desk, isNew } from './desk';
import { alone, inbox, keep, kept, tell, type Kept } from './env';
import * as live from './live';
import * as outbox from './outbox';
import { fresh, show } from './thread';
import { locale } from './words';

/** A signed JWT not used yet, for the moment the kept session turns out to be dead. */
let spare: string | undefined;

async function adopt(session: Kept): Promise<void> {
  keep(session);
  await outbox.agreed(session);
  take(session);
  tell('session');
}

function take(session: Kept | undefined): void {
  authorise(session?.token);
  desk.contact = session?.contact;
  live.stop();
  void live.connect();
}

const create = (more: Pick<SessionInput, 'jwt' | 'resume' | 'proof'>): Promise<VisitorSession> => call('POST', '/sessions', {
  inbox, locale: locale(), page: desk.page, time_zone: Intl.DateTimeFormat().resolvedOptions().timeZone, ...more,
});

/** Nobody in particular: while many come at once the browser has to work for it. */
async function anonymous(): Promise<VisitorSession> {
  try {
    return await create({});
  } catch (error) {
    if (!(error instanceof Trouble) || !error.challenge) throw error;
    desk.checking = true;
    try {
      return await create({ proof: await (await import('../proof/solve')).solve(error.challenge) });
    } finally {
      desk.checking = false;
    }
  }
}

/** Before anything is sent. Called by the one tab that sends. */
export async function begin(): Promise<void> {
  const have = kept()?.token ? kept() : await outbox.agreed();
  if (!have?.token) {
    const { token, contact } = await anonymous();
    await adopt({ token, contact });
  } else if (have.token !== authorised()) {
    keep(have);
    take(have);
  }
}

/** The subject is read only to tell whether this is the same person; what counts is the desk's check. */
function subject(jwt: string): string | undefined {
  try {
    return JSON.parse(atob(jwt.split('.')[1]!.replace(/-/g, '+').replace(/_/g, '/'))).sub;
  } catch {
    return undefined;
  }
}

export async function identify(jwt: string): Promise<void> {
  const sub = subject(jwt);
  const have = kept();
  if (have?.token && have.sub === sub) {
    spare = jwt;
    await show().catch(() => {});
    if (authorised()) return;
  }
  spare = undefined;
  if (have?.sub && have.sub !== sub) await wipe();
  await alone(async () => {
    const { token, contact } = await create({ jwt, resume: kept()?.token });
    await adopt({ token, contact, sub });
  });
  for (const item of desk.out) if (item.failed === 'unauthenticated') await outbox.change(item.id, { failed: undefined });
  await show();
}

export async function start(): Promise<void> {
  const have = kept();
  if (!have) return;
  take(have);
  await show().catch(() => {});
}

/** The desk does not know the token any more. What waits to be sent stays: as a new conversation of a new anonymous visitor, or, when the
    person was signed in, until they are again. */
export async function lost(): Promise<void> {
  const { token, sub } = kept() ?? {};
  if (token !== authorised()) return take(kept());
  keep(desk.out.length ? {} : undefined);
  forget();
  tell('session');
  await outbox.agreed({});
  if (spare && sub) void identify(spare).catch(() => {});
  if (sub) return;
  for (const item of await outbox.waiting()) {
    if (!isNew(item.thread)) await outbox.change(item.id, { thread: desk.thread, files: outbox.unsent(item.files) });
  }
}

function forget(): void {
  take(undefined);
  desk.list = [];
  fresh();
}

/** Log-out: the session on the desk, the token, the outbox, the screen, in every tab. */
export async function wipe(): Promise<void> {
  if (authorised()) void call('DELETE', '/session').catch(() => {});
  wiped();
  keep(undefined);
  await outbox.wipe();
  tell('wiped');
}

/** Another tab has logged out. */
export function wiped(): void {
  spare = undefined;
  desk.out = [];
  desk.draft = '';
  desk.attrs = {};
  forget();
}

/** Another tab signed in, was given a session, or lost it. */
export async function changed(): Promise<void> {
  const have = (await outbox.agreed()) ?? kept();
  if (have?.token === authorised()) return;
  if (!have?.token) return forget();
  take(have);
  await show();
}
