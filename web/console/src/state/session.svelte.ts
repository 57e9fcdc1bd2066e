// Who is signed in, what they may do and how they like the console. The only place that reads and writes `Me`.
import { isProblem } from '$shared/api/client';
import type { Agent, AgentSettings, Directory, Me, Permission, Presence } from '$shared/api/types';
import { useLocale } from '../i18n.svelte';
import { useKeys } from '../keys/registry.svelte';
import { api, onSignedOut } from './api';
import { agentOf, useDirectory } from './directory.svelte';

export type SessionState = 'unknown' | 'in' | 'out' | 'unreachable';

let state = $state<SessionState>('unknown');
let me = $state.raw<Me | null>(null);
let permissions: ReadonlySet<Permission> = new Set();

export const sessionState = (): SessionState => state;
export const myself = (): Me | null => me;
/** Who is signed in; only for screens that need a session. */
export function agent(): Agent {
  if (!me) throw new Error('nobody is signed in');
  return me.agent;
}
export const settings = (): AgentSettings | null => me?.settings ?? null;
export function may(...any: (Permission | string)[]): boolean {
  return me !== null && (any.length === 0 || any.some((each) => permissions.has(each as Permission)));
}

onSignedOut(() => { if (state === 'in') { state = 'out'; me = null; } });
export function endSession(): void {
  state = 'out';
  me = null;
}

/** Reads `Me`: at the start, after signing in, and when the live line says that rights have changed. */
export async function loadSession(): Promise<SessionState> {
  try {
    await useMe(await api.get('/session'));
  } catch (error) {
    if (isProblem(error) && error.status === 401) endSession();
    else if (state !== 'in') state = 'unreachable';
  }
  return state;
}

export async function useMe(next: Me): Promise<void> {
  permissions = new Set(next.permissions);
  useDirectory(next.directory);
  await applySettings(next.settings);
  me = next;
  state = 'in';
}

let shownLocale = '';
async function applySettings(next: AgentSettings): Promise<void> {
  const root = document.documentElement;
  if (next.theme === 'auto') delete root.dataset.theme;
  else root.dataset.theme = next.theme;
  root.dataset.density = next.density;
  useKeys(next.keys ?? {});
  // The next visit starts in these before anybody has signed in.
  try { localStorage.setItem('candor.look', JSON.stringify({ theme: next.theme, locale: next.locale })); } catch { /* Storage may be closed. */ }
  if (next.locale !== shownLocale) {
    await useLocale(next.locale);
    shownLocale = next.locale;
  }
}

/** Changes settings on the screen at once, and back again if the server refuses. */
export async function saveSettings(change: Partial<AgentSettings>): Promise<void> {
  if (!me) return;
  const before = me.settings;
  const settings = { ...before, ...change };
  me = { ...me, settings };
  await applySettings(settings);
  try {
    await api.patch('/me', { settings, ...(change.locale ? { locale: change.locale } : {}) });
  } catch (error) {
    if (me) { me = { ...me, settings: before }; await applySettings(before); }
    throw error;
  }
}

/** Names and presences as the live line tells them: one's own changes with the first screen, or on another one. */
export function hearDirectory(next: Directory): void {
  useDirectory(next);
  const presence = agentOf(me?.agent.id)?.presence;
  if (me && presence) me = { ...me, agent: { ...me.agent, presence } };
}

export async function setPresence(presence: Presence): Promise<void> {
  if (!me) return;
  const before = me.agent.presence;
  me = { ...me, agent: { ...me.agent, presence } };
  try {
    await api.patch('/me', { presence });
  } catch (error) {
    if (me) me = { ...me, agent: { ...me.agent, presence: before } };
    throw error;
  }
}

/** Puts a changed agent or checklist in place without reading everything again. */
export function changeMe(change: Partial<Pick<Me, 'agent' | 'checklist'>>): void {
  if (me) me = { ...me, ...change };
}

export async function signOut(): Promise<void> {
  try { await api.delete('/session'); } finally { endSession(); }
}
