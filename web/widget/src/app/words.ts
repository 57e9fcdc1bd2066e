// The visitor's language: which one, its strings (each locale is its own file), dates and sizes in it.
import { date, detect, fill, number, type Locale, type Params } from '$shared/i18n/core';
import { desk, redraw } from './desk';
import type source from '../strings/zh-CN';

type Texts = typeof source;
export type Key = keyof Texts;

const files: Record<Locale, () => Promise<{ default: Record<Key, string> }>> = {
  'zh-CN': () => import('../strings/zh-CN'),
  'zh-TW': () => import('../strings/zh-TW'),
  en: () => import('../strings/en'),
};

let now: { locale: Locale; texts: Partial<Record<Key, string>> } = { locale: 'en', texts: {} };
const wished = new URLSearchParams(location.search).get('lang');
const asked = wished ? [wished] : navigator.languages;
/** Neither the host page nor the browser asked for a language we speak; then the inbox's own one is taken. */
export const undecided = !asked.some((tag) => /^(zh|en)\b/i.test(tag));

export async function speak(locale: Locale = detect(asked)): Promise<void> {
  document.documentElement.lang = locale;
  now = { locale, texts: (await files[locale]()).default };
  redraw();
}

export function t<K extends Key>(key: K, ...[params]: Params<Texts[K]>): string {
  return fill(now.locale, now.texts[key] ?? '', params);
}
/** A problem's code in plain words. */
export const told = (code: string): string => now.texts[`e_${code}` as Key] ?? t('e_other', { code });
export const locale = (): Locale => now.locale;
/** Who answers here, in the visitor's language. */
export const team = (): string => desk.config?.team_names[now.locale] || desk.config?.team_name || t('title');
export const clock = (at: number): string => date(now.locale, at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
export const weekday = (at: number): string => date(now.locale, at, { weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

const midnight = (at: number): number => new Date(at).setHours(0, 0, 0, 0);
/** Today, yesterday, then the date; the year only when it is another one. */
export function day(at: number): string {
  const ago = Math.round((midnight(Date.now()) - midnight(at)) / 864e5);
  if (Math.abs(ago) < 2) return new Intl.RelativeTimeFormat(now.locale, { numeric: 'auto' }).format(-ago, 'day');
  return date(now.locale, at, { month: 'long', day: 'numeric', ...(new Date(at).getFullYear() !== new Date().getFullYear() && { year: 'numeric' }) });
}
export const size = (bytes: number): string =>
  bytes < 1e6 ? `${number(now.locale, Math.ceil(bytes / 1e3))} KB` : `${number(now.locale, bytes / 1e6, { maximumFractionDigits: 1 })} MB`;
