// One who speaks to the API as a page, an app or a program would.
import { createHmac, randomUUID } from 'node:crypto';
import { adminLink } from './server.mjs';

export const PASSWORD = 'harbour lantern violet 42';

/** Every call answers `{status, headers, body}`; `ok` ones throw on anything but success. */
export function api(desk, headers = {}) {
  const call = async (method, path, body, more = {}) => {
    const sent = body === undefined ? {} : body instanceof Uint8Array || typeof body === 'string' ? { body } : { body: JSON.stringify(body) };
    const answer = await fetch(desk.url + path, { method, redirect: 'manual', ...sent, headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers, ...more } });
    const text = await answer.text();
    let parsed;
    try { parsed = JSON.parse(text); } catch { /* Not every answer is JSON. */ }
    return { status: answer.status, headers: answer.headers, text, body: parsed };
  };
  const ok = (method) => async (path, body, more) => {
    const answer = await call(method, path, body, more);
    if (answer.status < 200 || answer.status > 299) throw new Error(`${method} ${path} was answered ${answer.status}: ${answer.text}`);
    return answer.body;
  };
  return { call, headers, get: ok('GET'), post: ok('POST'), put: ok('PUT'), patch: ok('PATCH'), delete: ok('DELETE'), with: (more) => api(desk, { ...headers, ...more }) };
}

/** Somebody on the desk's own page, not signed in. */
export const page = (desk) => api(desk, { origin: desk.url });

/** Signs in with an address and the password of all tests. */
export async function signIn(desk, email, password = PASSWORD) {
  const answer = await page(desk).call('POST', '/api/v1/session', { email, password });
  if (answer.status !== 200) throw new Error(`sign-in was answered ${answer.status}: ${answer.text}`);
  return page(desk).with({ cookie: answer.headers.get('set-cookie').split(';')[0] });
}

/** The first administrator, by the printed link. */
export async function firstAdmin(desk, locale = 'en') {
  const token = adminLink(desk).split('/link/')[1];
  const answer = await page(desk).call('POST', `/api/v1/links/${token}`, { name: 'Ada Lin', email: 'ada@desk.test', password: PASSWORD });
  if (answer.status !== 200) throw new Error(`the link was answered ${answer.status}: ${answer.text}`);
  const admin = page(desk).with({ cookie: answer.headers.get('set-cookie').split(';')[0] });
  await settle(admin, { locale });
  return admin;
}

/** The administrator of a filled demo desk, with the password it printed. */
export async function demoAdmin(desk) {
  const [, password] = /password "([^"]+)"/.exec(desk.said);
  const [, email] = /(\S+@\S+)\s+\(admin\)/.exec(desk.said);
  return signIn(desk, email, password);
}

/** Changes an agent's own settings; what is not named stays. */
export async function settle(agent, changes) {
  const { settings } = await agent.get('/api/v1/session');
  await agent.patch('/api/v1/me', { locale: changes.locale ?? settings.locale, settings: { ...settings, ...changes } });
}

/** The inbox of a new desk, open for the pages of these origins, with a secret to sign identities with. */
export async function openInbox(admin, ...origins) {
  const inbox = (await admin.get('/api/v1/inboxes')).items[0];
  await admin.patch(`/api/v1/inboxes/${inbox.id}`, { widget: { origins: [...inbox.widget.origins, ...origins] } });
  const { secret } = await admin.post(`/api/v1/inboxes/${inbox.id}/identity-secret`);
  return { id: inbox.id, secret };
}

/** The exchange's signed word on who this is. */
export function jwt(inbox, sub, claims = {}) {
  const now = Math.floor(Date.now() / 1000);
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const head = `${part({ alg: 'HS256', typ: 'JWT' })}.${part({ sub, aud: inbox.id, iat: now, exp: now + 300, jti: randomUUID(), ...claims })}`;
  return `${head}.${createHmac('sha256', inbox.secret).update(head).digest('base64url')}`;
}

/** A visitor with a session. */
export async function visitor(desk, inbox, more = {}) {
  const session = await page(desk).post('/visitor/v1/sessions', { inbox: inbox.id, locale: 'zh-CN', ...more });
  return Object.assign(page(desk).with({ authorization: `Bearer ${session.token}` }), { session });
}

/** A conversation with one message. */
export async function ask(who, text) {
  return (await who.post('/visitor/v1/conversations', { client_id: randomUUID(), text })).conversation;
}
