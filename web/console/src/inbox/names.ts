// What a view is called, and how time reads in a list.
import { clock, date, locale, t, type Key } from './words';
import type { Proof, Row } from '$shared/api/types';
import { inboxOf, teamOf } from '../state/directory.svelte';
import { FIXED_VIEWS } from '../state/views';

/** What the customer is called; a visitor without a name by the number of the conversation. */
export const nameOf = (row: Pick<Row, 'contact' | 'number'>): string => row.contact.name || t('visitor', { number: String(row.number) });

/** How sure we are who it is. Whoever is known by mail typed nothing here: whether the address is theirs is said at each mail. */
export const proofOf = (row: Pick<Row, 'contact' | 'channel'>): 'proof.mailed' | `proof.${Proof}` =>
  row.channel === 'email' && row.contact.proof === 'typed' ? 'proof.mailed' : `proof.${row.contact.proof}`;

export function viewName(view: string): string {
  const [kind, id] = view.split(':');
  if (kind === 'team') return teamOf(id)?.name ?? t('view.gone');
  if (kind === 'inbox') return inboxOf(id)?.name ?? t('view.gone');
  return (FIXED_VIEWS as readonly string[]).includes(view) ? t(`view.${view}` as Extract<Key, 'view.mine'>) : t('view.gone');
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long somebody has waited: 「6 分钟」 / "6 min". Short, because it stands in a corner. */
export function waited(ms: number): string {
  const unit = (value: number, name: 'minute' | 'hour' | 'day') =>
    new Intl.NumberFormat(locale(), { style: 'unit', unit: name, unitDisplay: 'short' }).format(value);
  if (ms < MINUTE) return t('time.now');
  if (ms < HOUR) return unit(Math.floor(ms / MINUTE), 'minute');
  if (ms < DAY) return unit(Math.floor(ms / HOUR), 'hour');
  return unit(Math.floor(ms / DAY), 'day');
}

const sameDay = (a: number, b: number): boolean => new Date(a).toDateString() === new Date(b).toDateString();

/** The time of day today, the day before that. */
export function stamp(at: number, now: number = Date.now()): string {
  if (sameDay(at, now)) return clock(at);
  const sameYear = new Date(at).getFullYear() === new Date(now).getFullYear();
  return date(at, sameYear ? { month: 'numeric', day: 'numeric' } : { year: 'numeric', month: 'numeric', day: 'numeric' });
}

/** 「今天 14:02」, 「11月24日 09:00」. */
export function when(at: number, now: number = Date.now()): string {
  if (sameDay(at, now)) return t('time.today', { time: clock(at) });
  if (sameDay(at, now + DAY)) return t('time.tomorrow', { time: clock(at) });
  return date(at, { month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

/** The line between two days of a timeline. */
export function dayLine(at: number, now: number = Date.now()): string {
  const day = date(at, { month: 'long', day: 'numeric', ...(new Date(at).getFullYear() === new Date(now).getFullYear() ? {} : { year: 'numeric' }) });
  if (sameDay(at, now)) return t('time.dayToday', { day });
  if (sameDay(at, now - DAY)) return t('time.dayYesterday', { day });
  return `${day} ${date(at, { weekday: 'short' })}`;
}
