// The keys of list and conversation: which conversations an action is for, and what it does. Selected rows come first, then the open
// conversation, then the row under the keyboard.
import type { Action, Id } from '$shared/api/types';
import type { ActionId, Provider } from '../keys/registry.svelte';
import { mailTranscript } from '../conversation/transcript';
import { go, here } from '../router.svelte';
import { paired, docked } from '../shell/layout.svelte';
import { act } from '../state/acts.svelte';
import { begin } from '../state/bulkjobs.svelte';
import { agentOf, firstStatus, statusName, statusOf, tagOf, teamOf } from '../state/directory.svelte';
import type { List } from '../state/list.svelte';
import { currentList } from '../state/lists.svelte';
import { peek } from '../state/rows.svelte';
import { agent, may } from '../state/session.svelte';
import { currentTalk } from '../state/talks.svelte';
import { when } from './names';
import { panes, wants, type Want } from './panes.svelte';
import { t, type Key } from './words';

export function targets(): Id[] {
  const list = currentList();
  if (list && list.selected.size > 0) return [...list.selected];
  const one = currentTalk()?.id ?? list?.cursor;
  return one ? [one] : [];
}

/** What was done, in words, with a number where it was done to many. */
export function wordsOf(action: Action, n: number): string {
  // Which names a text needs follows from the action; the compiler cannot see it through the table.
  const say = t as (key: Key, params?: Record<string, string>) => string;
  const many = (key: Key, params?: Record<string, string>) => (n > 1 ? `${say(key, params)} · ${t('bulk.n', { n })}` : say(key, params));
  switch (action.type) {
    case 'assign': return action.agent ? many('act.assigned', { name: action.agent === agent().id ? t('you') : agentOf(action.agent)?.name ?? '' }) : many('act.unassigned');
    case 'team': return action.team ? many('act.team', { name: teamOf(action.team)?.name ?? '' }) : many('act.noTeam');
    case 'status': return many('act.status', { name: statusName(statusOf(action.status)) });
    case 'priority': return many('act.priority', { name: t(`priority.${action.priority}`) });
    case 'tag': return many('act.tagged', { name: tagOf(action.tag)?.name ?? '' });
    case 'untag': return many('act.untagged', { name: tagOf(action.tag)?.name ?? '' });
    case 'snooze': return action.until ? many('act.snoozedUntil', { time: when(action.until) }) : many('act.snoozed');
    case 'wake': return many('act.woken');
    case 'spam': return many(action.spam ? 'act.spam' : 'act.notSpam');
    case 'unread': return many('act.unread');
    case 'subject': return many('act.subject');
    case 'move': return many('act.moved');
  }
}

/** Does it, says it, and clears the selection where it was for one. */
export function perform(ids: readonly Id[], action: Action): void {
  if (ids.length === 0) return;
  const list = currentList();
  // What only matters to the reader is done to the rows that are read.
  if (list?.everything && list.selected.size > 0 && action.type !== 'unread') {
    list.selected.clear();
    void begin(list.asked, action);
    return;
  }
  if (list && ids.length === list.selected.size && action.type !== 'tag' && action.type !== 'untag') list.selected.clear();
  void act(ids, action, wordsOf(action, ids.length));
}

export function openAt(list: List, id: Id | null): void {
  if (id === null) return;
  list.cursor = id;
  go('conversation', { view: list.asked.view, conversation: id }, Object.fromEntries(here()?.query ?? []));
}

export function backToList(): void {
  const list = currentList();
  const talk = currentTalk();
  if (!list) return;
  if (talk) list.cursor = talk.id;
  go('inbox', { view: list.asked.view }, Object.fromEntries(here()?.query ?? []));
}

/** The conversation that follows once this one leaves the list. */
export function openNext(from: Id): void {
  const list = currentList();
  if (!list) return;
  const next = list.beside(from, 1) ?? list.beside(from, -1);
  if (next) openAt(list, next);
  else backToList();
}

export function resolve(andNext: boolean): void {
  const status = firstStatus('resolved');
  const ids = targets();
  if (!status || ids.length === 0) return;
  const talk = currentTalk();
  const list = currentList();
  const next = andNext && talk && list ? list.beside(talk.id, 1) ?? list.beside(talk.id, -1) : null;
  perform(ids, { type: 'status', status: status.id });
  if (andNext && talk && list) {
    if (next) openAt(list, next);
    else backToList();
  }
}

/** Marks the targets as spam, or takes the mark away where all of them carry it; the next conversation opens, as after resolving. */
export function spam(): void {
  const ids = targets();
  const marked = ids.length > 0 && ids.every((id) => peek(id)?.spam);
  const talk = currentTalk();
  const list = currentList();
  const next = talk && list && list.selected.size === 0 ? list.beside(talk.id, 1) ?? list.beside(talk.id, -1) : talk?.id ?? null;
  perform(ids, { type: 'spam', spam: !marked });
  if (!talk || !list || next === talk.id || list.asked.view === 'resolved') return;
  if (next) openAt(list, next);
  else backToList();
}

/** Opens the picker where it belongs: over the selection, or in the open conversation's header. */
function pick(what: Want): void {
  const list = currentList();
  if (list && list.selected.size > 0) wants.ask('bulk', what);
  else if (currentTalk()) wants.ask('thread', what);
  else if (list?.cursor) { list.selected.add(list.cursor); wants.ask('bulk', what); }
}

function step(by: 1 | -1): void {
  const list = currentList();
  const talk = currentTalk();
  if (!list) return;
  // With the keyboard in the list only the mark moves; from the conversation the next one opens.
  if (talk && !panes.list?.contains(document.activeElement)) { openAt(list, list.beside(talk.id, by)); return; }
  const next = list.beside(list.cursor ?? talk?.id ?? null, by);
  if (next) { list.cursor = next; list.follow += 1; }
}

function extend(by: 1 | -1): void {
  const list = currentList();
  if (!list) return;
  const from = list.cursor ?? currentTalk()?.id ?? null;
  const to = list.beside(from, by);
  if (from) list.selected.add(from);
  if (to) { list.selected.add(to); list.cursor = to; list.follow += 1; }
}

function toggle(): void {
  const list = currentList();
  const id = list?.cursor ?? currentTalk()?.id;
  if (!list || !id) return;
  if (!list.selected.delete(id)) list.selected.add(id);
}

function focusList(): void {
  const list = currentList();
  if (!list) return;
  if (!paired() && currentTalk()) { backToList(); return; }
  const at = list.cursor ?? currentTalk()?.id;
  // The row that had the keyboard may have left the list.
  list.cursor = at && list.ids.includes(at) ? at : list.beside(null, 1);
  list.follow += 1;
}

export function toggleContext(): void {
  if (docked()) panes.contextHidden = !panes.contextHidden;
  else panes.contextOver = !panes.contextOver;
}

async function focusContext(): Promise<void> {
  if (docked()) panes.contextHidden = false;
  else panes.contextOver = true;
  await Promise.resolve();
  requestAnimationFrame(() => panes.context?.focus());
}

function back(): void {
  const list = currentList();
  if (panes.contextOver && !docked()) { panes.contextOver = false; return; }
  if (list && list.selected.size > 0) { list.selected.clear(); return; }
  if (!currentTalk()) return;
  backToList();
  if (list) list.follow += 1;
}

export function inboxActions(): Partial<Record<ActionId, Provider | Provider['run']>> {
  const some = () => targets().length > 0;
  const talking = () => currentTalk() !== null;
  const one = (action: () => Action): Provider => ({ run: () => perform(targets(), action()), when: some });
  const picks = (what: Want, permission: string): Provider => ({ run: () => pick(what), when: () => some() && may(permission) });
  const inList = () => !panes.thread?.contains(document.activeElement) || document.activeElement === panes.thread;
  return {
    'list.next': { run: () => step(1), when: () => currentList() !== null },
    'list.previous': { run: () => step(-1), when: () => currentList() !== null },
    'list.open': { run: () => { const list = currentList(); if (list) openAt(list, list.cursor); }, when: () => (currentList()?.cursor ?? null) !== null },
    'list.select': { run: toggle, when: some },
    'list.extend_next': { run: () => extend(1), when: inList },
    'list.extend_previous': { run: () => extend(-1), when: inList },
    'list.select_all': { run: () => { const list = currentList(); if (list) for (const id of list.ids) list.selected.add(id); }, when: () => panes.list?.contains(document.activeElement) === true || (document.activeElement === document.body && !currentTalk()) },
    'list.filter': () => wants.ask('list', 'filter'),
    'focus.list': focusList,
    'focus.thread': { run: () => panes.thread?.focus(), when: talking },
    'focus.context': { run: () => { void focusContext(); }, when: talking },
    'conversation.assign': picks('assign', 'conversation.assign'),
    'conversation.team': picks('team', 'conversation.assign'),
    'conversation.status': picks('status', 'conversation.status'),
    'conversation.tags': picks('tags', 'conversation.tag'),
    'conversation.priority': picks('priority', 'conversation.priority'),
    'conversation.snooze_until': picks('snooze', 'conversation.status'),
    'conversation.assign_me': { ...one(() => ({ type: 'assign', agent: agent().id })), when: () => some() && may('conversation.assign') },
    'conversation.snooze': { run: () => { const ids = targets(); perform(ids, { type: 'snooze' }); }, when: () => some() && may('conversation.status') },
    'conversation.unread': one(() => ({ type: 'unread' })),
    'conversation.spam': { run: spam, when: () => some() && may('conversation.status') },
    'conversation.forward': { run: () => wants.ask('thread', 'forward'), when: () => talking() && may('conversation.forward') && currentTalk()?.head?.side === false },
    'conversation.block': { run: () => wants.ask('thread', 'block'), when: () => talking() && may('contact.block') },
    'conversation.transcript': { run: () => { const talk = currentTalk(); if (talk) void mailTranscript(talk.id); }, when: () => talking() && may('conversation.reply') },
    'conversation.resolve': { run: () => resolve(false), when: () => some() && may('conversation.status') && targets().some((id) => peek(id)?.category !== 'resolved') },
    'conversation.resolve_next': { run: () => resolve(true), when: () => talking() && may('conversation.status') },
    'conversation.context': { run: toggleContext, when: talking },
    'conversation.back': { run: back, when: () => talking() || (currentList()?.selected.size ?? 0) > 0 },
  };
}
