// Tells colleagues what this agent is doing here, at most once in 1.5 s, with the words only if the agent has chosen to show drafts.
// A note is never told as typing: the customer may hear of that.
import type { Doing, Id } from '$shared/api/types';
import * as line from '../live/line.svelte';
import type { Mode } from '../state/drafts.svelte';
import { settings } from '../state/session.svelte';

const PAUSE_MS = 1_500;
const IDLE_MS = 4_000;
/** Colleagues see the end of a draft, where the hands are. */
const PEEK = 240;
let told: { conversation: Id; doing: Doing; at: number } | null = null;
let before: { conversation: Id; text: string } | null = null;

function tell(conversation: Id, doing: Doing, text: string): void {
  const now = Date.now();
  if (told && told.conversation === conversation && told.doing === doing && now - told.at < PAUSE_MS) return;
  if (told?.conversation === conversation && told.doing === doing && doing !== 'typing') return;
  told = { conversation, doing, at: now };
  line.presence(conversation, doing, settings()?.share_drafts ? text.trim().slice(-PEEK) : undefined);
}

/** Called whenever the text has changed; answers how to stop the clock. */
export function doing(conversation: Id, mode: Mode, text: string): () => void {
  const typed = before?.conversation === conversation && before.text !== text && text !== '';
  before = { conversation, text };
  const rest: Doing = text.trim() === '' ? 'viewing' : 'drafting';
  if (typed) tell(conversation, mode === 'reply' ? 'typing' : 'drafting', text);
  const timer = setTimeout(() => tell(conversation, rest, text), typed ? IDLE_MS : PAUSE_MS);
  return () => clearTimeout(timer);
}
