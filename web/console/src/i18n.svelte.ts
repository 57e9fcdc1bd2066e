// The console's words: which locale is on, which string files are loaded, and `t`, which every component reads.
// A locale's files are loaded alone; zh-CN is the source of the keys, the other locales are checked against it by their types.
import { date, fill, number, relative, type Locale, type Params } from '$shared/i18n/core';
import type desk from './strings/zh-CN/desk';
import type mail from './strings/zh-CN/mail';
import type settings from './strings/zh-CN/settings';
import type signin from './strings/zh-CN/signin';

type Texts = typeof desk & typeof mail & typeof settings & typeof signin;
export type Key = keyof Texts;
/** Keys of texts that need nothing filled in: what a table of titles holds. */
export type PlainKey = { [K in Key]: Params<Texts[K]> extends [] ? K : never }[Key];
export type Area = 'desk' | 'mail' | 'settings' | 'signin';

const files = import.meta.glob<{ default: Record<string, string> }>('./strings/*/{desk,mail,settings,signin}.ts');
const wanted = new Set<Area>(['desk']);
let now = $state.raw<{ locale: Locale; texts: Record<string, string> }>({ locale: 'zh-CN', texts: {} });

async function read(locale: Locale, areas: Iterable<Area>): Promise<Record<string, string>> {
  const load = [...areas].map((area) => files[`./strings/${locale}/${area}.ts`]?.());
  return Object.assign({}, ...(await Promise.all(load)).map((file) => file?.default));
}

let latest: Locale | null = null;
/** Loads a locale's files and turns the whole console to it. Of several calls the last one counts. */
export async function useLocale(locale: Locale): Promise<void> {
  latest = locale;
  let areas: Area[];
  let texts: Record<string, string>;
  // What became wanted while we were loading is loaded as well.
  do {
    areas = [...wanted];
    texts = await read(locale, areas);
    if (latest !== locale) return;
  } while (wanted.size > areas.length);
  now = { locale, texts };
  document.documentElement.lang = locale;
}

/** Loads the strings of a part of the console that is not there at the start, e.g. before its route is shown. */
export async function needStrings(...areas: Area[]): Promise<void> {
  const missing = areas.filter((area) => !wanted.has(area));
  if (missing.length === 0) return;
  for (const area of missing) wanted.add(area);
  const locale = now.locale;
  let more: Record<string, string>;
  try {
    more = await read(locale, missing);
  } catch (error) {
    for (const area of missing) wanted.delete(area);
    throw error;
  }
  // The locale may have been changed while we waited; then `useLocale` has loaded everything that is wanted.
  if (locale === now.locale) now = { locale, texts: { ...now.texts, ...more } };
}

export function t<K extends Key>(key: K, ...[params]: Params<Texts[K]>): string {
  const text = now.texts[key];
  return text === undefined ? key : fill(now.locale, text, params);
}

export const locale = (): Locale => now.locale;

/** 1,204 */
export const num = (value: number, options?: Intl.NumberFormatOptions): string => number(now.locale, value, options);
/** 14:02 */
export const clock = (at: number): string => date(now.locale, at, { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
/** 2026年11月21日 · Nov 21, 2026 */
export const day = (at: number): string => date(now.locale, at, { dateStyle: 'medium' });
/** Day and time, for titles and the audit log. */
export const moment = (at: number): string =>
  date(now.locale, at, { year: 'numeric', month: 'short', day: 'numeric', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
/** 3 分钟前 · 3 min. ago */
export const ago = (at: number, from?: number): string => relative(now.locale, at, from);
