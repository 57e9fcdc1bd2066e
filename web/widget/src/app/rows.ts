// Turns a thread's events and what waits in the outbox into the rows of the screen: day lines, happenings, bubbles in groups. Pure.
import type { VisitorEvent, VisitorMessage } from '$shared/api/types';
import type { Item } from './outbox';

export type Row =
  | { key: string; kind: 'day'; at: number }
  | { key: string; kind: 'line'; event: VisitorEvent }
  | { key: string; kind: 'say'; at: number; mine: boolean; first: boolean; message?: VisitorMessage; item?: Item };

const GROUP_MS = 5 * 60_000;

export function rows(events: VisitorEvent[], items: Item[]): Row[] {
  const list: Row[] = [];
  let day = '';
  let who = '';
  let then = 0;
  const dated = (at: number): void => {
    const next = new Date(at).toDateString();
    if (next !== day) list.push({ key: next, kind: 'day', at });
    if (next !== day) who = '';
    day = next;
  };
  const say = (key: string, at: number, author: string, part: { message?: VisitorMessage; item?: Item }): void => {
    dated(at);
    list.push({ key, kind: 'say', at, mine: author === 'me', first: author !== who || at - then > GROUP_MS, ...part });
    who = author;
    then = at;
  };
  const seen = new Set<string>();
  for (const event of events) {
    const message = event.message;
    if (event.type === 'message' && message) {
      if (message.client_id) seen.add(message.client_id);
      say(message.client_id ?? message.id, event.at, message.from === 'me' ? 'me' : `${message.author.kind}${message.author.name}`, { message });
    } else if (event.type === 'joined' || event.type === 'rated' || (event.type === 'status' && /resolved|closed/.test(event.data?.category ?? ''))) {
      dated(event.at);
      list.push({ key: `e${event.seq}`, kind: 'line', event });
      who = '';
    }
  }
  for (const item of items) if (!seen.has(item.client_id)) say(item.client_id, item.at, 'me', { item });
  return list;
}

/** The language of a text as far as its letters tell, for voices and fonts. */
export function tongue(text: string, locale: string): string {
  if (/[\u3040-\u30ff]/.test(text)) return 'ja';
  if (/[\uac00-\ud7af]/.test(text)) return 'ko';
  if (/[\u3400-\u9fff]/.test(text)) return locale.startsWith('zh') ? locale : 'zh';
  if (/[\u0600-\u06ff]/.test(text)) return 'ar';
  if (/[\u0400-\u04ff]/.test(text)) return 'ru';
  return 'en';
}

/** Splits a text at its web addresses; every second part is one. */
export const parts = (text: string): string[] => text.split(/(https?:\/\/[^\s<>"'，。；！？、）】」》]+[^\s<>"'，。；！？、）】」》.,;:!?)\]])/);
