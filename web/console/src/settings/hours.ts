// Business hours as the editor sees them: spans of a day, presets, mistakes, and the name of a time zone. Pure.
import type { Hours, HoursSpan } from '$shared/api/types';

export type Day = HoursSpan['day'];
export const DAYS: readonly Day[] = [1, 2, 3, 4, 5, 6, 7];
/** The end of a day; a time field shows it as 00:00. */
export const END = '24:00';

export const minutes = (time: string): number => Number(time.slice(0, 2)) * 60 + Number(time.slice(3, 5));
export const spansOf = (hours: Hours, day: Day): HoursSpan[] => hours.week.filter((each) => each.day === day).sort((a, b) => a.from.localeCompare(b.from));

/** What is wrong with a day: ends before it begins, or two spans share time. */
export function mistake(spans: readonly HoursSpan[]): 'order' | 'overlap' | null {
  const sorted = [...spans].sort((a, b) => a.from.localeCompare(b.from));
  if (sorted.some((each) => minutes(each.to) <= minutes(each.from))) return 'order';
  return sorted.some((each, i) => i > 0 && minutes(each.from) < minutes(sorted[i - 1]!.to)) ? 'overlap' : null;
}

/** The next span to offer for a day: after the last one, else the usual working day. */
export function nextSpan(day: Day, spans: readonly HoursSpan[]): HoursSpan | null {
  const last = spans[spans.length - 1];
  if (!last) return { day, from: '09:00', to: '18:00' };
  const begin = minutes(last.to) + 60;
  if (begin >= 24 * 60 - 60) return null;
  return { day, from: clockOf(begin), to: clockOf(Math.min(begin + 240, 24 * 60)) };
}
const clockOf = (total: number): string => `${String(Math.floor(total / 60)).padStart(2, '0')}:${String(total % 60).padStart(2, '0')}`;

export function preset(kind: 'weekdays' | 'everyday' | 'none'): HoursSpan[] {
  if (kind === 'none') return [];
  return DAYS.filter((day) => kind === 'everyday' || day <= 5).map((day) => ({ day, from: '09:00', to: kind === 'everyday' ? '22:00' : '18:00' }));
}

const NEAR = ['Asia/Shanghai', 'Asia/Hong_Kong', 'Asia/Taipei', 'Asia/Singapore', 'Asia/Tokyo', 'Asia/Dubai', 'Europe/London', 'America/New_York', 'UTC'];

/** Time zones, ours and the usual ones first. */
export function zones(present: string): { near: string[]; all: string[] } {
  const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
  const near = [...new Set([present, own, ...NEAR].filter(Boolean))];
  return { near, all: Intl.supportedValuesOf('timeZone').filter((each) => !near.includes(each)) };
}

/** "UTC+08:00" */
export function offsetOf(zone: string, locale: string, at: number = Date.now()): string {
  try {
    return new Intl.DateTimeFormat(locale, { timeZone: zone, timeZoneName: 'longOffset' }).formatToParts(at).find((part) => part.type === 'timeZoneName')?.value.replace('GMT', 'UTC') ?? '';
  } catch {
    return '';
  }
}
