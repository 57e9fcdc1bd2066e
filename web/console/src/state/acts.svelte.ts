// Doing things to conversations: shown at once, sent, and taken off again if the server refuses. One way for one and for many.
import type { Action, Conversation, Id, Row } from '$shared/api/types';
import { uuid } from '$shared/api/uuid';
import { t } from '../i18n.svelte';
import { keysOf } from '../keys/registry.svelte';
import { toast } from '../parts/toasts.svelte';
import { api, wordsFor } from './api';
import { applyAction, inverse } from './apply';
import { statusOf } from './directory.svelte';
import { layOver, peek, takeRow } from './rows.svelte';
import { undoable } from './undo.svelte';

const BULK = 100;
const UNDO_MS = 5 * 60_000;
const told = new Set<(conversation: Conversation) => void>();
/** Called with what the server answers to an action on one conversation. */
export function onActed(act: (conversation: Conversation) => void): () => void {
  told.add(act);
  return () => { told.delete(act); };
}

/** Does one thing to the conversations; `words` says on the screen what was done, nothing is said without. */
export async function act(ids: readonly Id[], action: Action, words?: string): Promise<boolean> {
  const before = ids.flatMap((id) => peek(id) ?? []);
  const off = ids.map((id) => layOver(id, (row) => applyAction(row, action, statusOf)));
  let forget = () => {};
  try {
    // A read mark is nobody else's business: no bulk, no event, no undo.
    if (action.type === 'unread') for (const id of ids) await one(id, action);
    else if (ids.length === 1) await one(ids[0]!, action);
    else await many(ids, action, words);
    forget = ids.length === 1 || action.type === 'unread' ? offerUndo(before, action, words) : forget;
    return true;
  } catch (error) {
    forget();
    toast(wordsFor(error), { tone: 'danger' });
    return false;
  } finally {
    for (const each of off) each();
  }
}

async function one(id: Id, action: Action): Promise<void> {
  const answer = await api.post(`/conversations/${id}/actions`, { action }, { key: uuid() });
  takeRow(answer);
  for (const tell of told) tell(answer);
}

async function many(ids: readonly Id[], action: Action, words?: string): Promise<void> {
  const undos: string[] = [];
  let failed = 0;
  for (let at = 0; at < ids.length; at += BULK) {
    const answer = await api.post('/bulk', { conversations: ids.slice(at, at + BULK), action }, { key: uuid() });
    // Cases that are named are done at once; only what a filter means becomes a job.
    if ('state' in answer) continue;
    failed += answer.failed.length;
    if (answer.done.length > 0 && answer.undo) undos.push(answer.undo);
  }
  if (failed > 0) toast(t('bulk.failed', { n: failed }), { tone: 'danger' });
  if (undos.length === 0) return;
  offer(words, async () => { for (const undo of undos) await api.post(`/bulk/${undo}/undo`); });
}

function offerUndo(before: readonly Row[], action: Action, words?: string): () => void {
  const row = before[0];
  const back = row && inverse(row, action);
  if (!row || !back) { if (words) toast(words); return () => {}; }
  return offer(words, async () => {
    const off = layOver(row.id, (now) => applyAction(now, back, statusOf));
    try { await one(row.id, back); } finally { off(); }
  });
}

function offer(words: string | undefined, run: () => Promise<void>): () => void {
  const label = words ?? t('do.undo');
  let hide = () => {};
  const step = undoable(label, UNDO_MS, async () => {
    hide();
    try { await run(); toast(t('undo.done', { what: label })); } catch (error) { toast(wordsFor(error), { tone: 'danger' }); }
  });
  // What was taken back by its key is not offered again.
  if (words) hide = toast(words, { action: { label: t('do.undo'), run: step.run, kbd: keysOf('undo') } });
  return step.forget;
}
