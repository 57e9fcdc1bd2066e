// Sending: replies through the server's hold, notes at once. A message is on the screen before it has left, and comes back into its own
// box if it may not go. Everything is taken from the box, which knows its conversation.
import { isProblem } from '$shared/api/client';
import type { HeldReply, Id, Message } from '$shared/api/types';
import { t } from '../i18n.svelte';
import { keysOf } from '../keys/registry.svelte';
import { onResume } from '../live/line.svelte';
import { toast } from '../parts/toasts.svelte';
import { visit } from '../router.svelte';
import { api, serverNow, wordsFor } from './api';
import { allAgents, firstStatus } from './directory.svelte';
import { boxFor, type Copies, type DraftBox } from './drafts.svelte';
import { settings } from './session.svelte';
import type { Talk } from './talk.svelte';
import { currentTalk } from './talks.svelte';
import { undoable } from './undo.svelte';

interface How { resolve?: boolean; force?: boolean }

/** Sends what is in the box to the conversation that the box belongs to. */
export function send(talk: Talk, box: DraftBox, how: How = {}): void {
  if (!box.ready) return;
  // Cannot happen while boxes are looked up by conversation; if it ever does, nothing may leave.
  if (box.conversation !== talk.id) throw new Error('a draft of another conversation was about to be sent');
  const message = { client_id: box.clientId(), text: box.text.trim(), files: box.files, mail: box.mail };
  box.clear();
  talk.question = null;
  leave(talk, box, message, how);
}

type Leaving = { client_id: Id; text: string; files: HeldReply['files']; mail?: Copies | undefined };

function leave(talk: Talk, box: DraftBox, message: { client_id: Id; text: string; files: DraftBox['files']; mail: Copies | undefined }, how: How): void {
  const { client_id } = message;
  const files = [...message.files];
  const drop = () => { talk.leaving = talk.leaving.filter((each) => each.client_id !== client_id); };
  drop();
  talk.leaving = [...talk.leaving, {
    client_id, mode: box.mode, text: message.text, files, at: serverNow(), state: 'sending', problem: null,
    again: () => leave(talk, box, message, how),
    edit: () => { drop(); box.putBack(message.text, files, message.mail); },
  }];
  const request = box.mode === 'note' ? sendNote(talk, message) : sendReply(talk, { ...message, files }, how);
  request.then(drop, (error: unknown) => {
    if (isProblem(error, 'newer_message')) {
      drop();
      box.putBack(message.text, files, message.mail);
      ask(talk, box, error.document.messages ?? [], how);
      return;
    }
    talk.leaving = talk.leaving.map((each) => (each.client_id === client_id ? { ...each, state: 'failed', problem: error } : each));
    if (isProblem(error) && error.passing) retryWhenBack(talk, client_id);
  });
}

/** What a cut line kept back leaves by itself once the line is back; its id makes that safe, and a newer message is still asked about. */
function retryWhenBack(talk: Talk, client_id: Id): void {
  const again = () => {
    off();
    removeEventListener('online', again);
    const waiting = talk.leaving.find((each) => each.client_id === client_id);
    if (waiting?.state === 'failed') waiting.again();
  };
  const off = onResume(again);
  // The line may have slept through it without being cut.
  addEventListener('online', again);
}

function ask(talk: Talk, box: DraftBox, newer: Message[], how: How): void {
  talk.question = { newer, sendAnyway: () => send(talk, box, { ...how, force: true }) };
  void talk.load();
}

async function sendReply(talk: Talk, { client_id, text, files, mail }: Leaving, how: How): Promise<void> {
  const place = location.pathname + location.search;
  const resolved = how.resolve ? firstStatus('resolved')?.id : undefined;
  const answer = await api.post(`/conversations/${talk.id}/replies`, {
    client_id, text, files: files.map((file) => file.id), seen_seq: talk.seen, hold_ms: (settings()?.undo_seconds ?? 8) * 1000,
    ...(mail ? { mail } : {}), ...(resolved ? { then: { status: resolved } } : {}), ...(how.force ? { force: true } : {}),
  }, { repeat: true });
  if ('release_at' in answer) hold(talk, answer, how, place);
  else talk.add(answer);
}

function hold(talk: Talk, held: HeldReply, how: How, place: string): void {
  talk.setHeld(held);
  const left = Math.max(0, held.release_at - serverNow());
  const step = undoable(t('held.undo'), left, async () => {
    await withdraw(talk, held.id);
    // The words are in a box that is not on the screen any more: go back to it.
    if (currentTalk() !== talk) visit(place);
  });
  // The agent has gone on to the next conversation and cannot see the bubble.
  if (how.resolve) toast(t('held.leaving', { n: Math.ceil(left / 1000) }), { ms: left, action: { label: t('do.undo'), run: step.run, kbd: keysOf('undo') } });
}

async function sendNote(talk: Talk, { client_id, text, files }: { client_id: Id; text: string; files: DraftBox['files'] }): Promise<void> {
  const item = await api.post(`/conversations/${talk.id}/notes`, {
    client_id, text, files: files.map((file) => file.id), mentions: mentioned(text),
  }, { repeat: true });
  talk.add(item);
}

/** The agents that a note names with `@`. The longest name wins, so that 「@林夏天」 is not also 「@林夏」. */
export function mentioned(text: string): Id[] {
  let rest = text;
  const found: Id[] = [];
  for (const agent of [...allAgents()].sort((a, b) => b.name.length - a.name.length)) {
    const at = `@${agent.name}`;
    if (!agent.name || !rest.includes(at)) continue;
    found.push(agent.id);
    rest = rest.replaceAll(at, '');
  }
  return found;
}

/** Takes a held reply back into the composer. */
export async function withdraw(talk: Talk, held: Id): Promise<void> {
  const was = talk.held.find((each) => each.id === held);
  talk.dropHeld(held);
  try {
    const draft = await api.delete(`/conversations/${talk.id}/replies/${held}`);
    const box = boxFor(talk.id, 'reply');
    box.putBack(draft?.text ?? was?.text ?? '', draft?.files ?? was?.files ?? [], draft?.mail);
    box.anew();
  } catch (error) {
    // It left in the meantime, or the line is down: show what is true.
    toast(isProblem(error, 'not_found', 'gone', 'conflict') ? t('held.tooLate') : wordsFor(error), { tone: 'danger' });
    await talk.loadHead();
  }
}

export async function releaseNow(talk: Talk, held: Id): Promise<void> {
  await settle(talk, held, 'release');
}
/** "A newer message came": send it as it is. */
export async function keep(talk: Talk, held: Id): Promise<void> {
  await settle(talk, held, 'keep');
}

async function settle(talk: Talk, held: Id, how: 'release' | 'keep'): Promise<void> {
  try {
    const answer = await api.post(`/conversations/${talk.id}/replies/${held}/${how}`, undefined, { repeat: true });
    if (answer && 'seq' in answer) { talk.dropHeld(held); talk.add(answer); } else await talk.loadHead();
  } catch (error) {
    toast(wordsFor(error), { tone: 'danger' });
    await talk.loadHead();
  }
}
