// Words, plurals, dates and numbers for one locale at a time; the console and the widget share it, so it stays under 1 KB.
// It never holds strings itself and never touches the DOM: each application loads its own files, one locale alone.

export const LOCALES = ['zh-CN', 'zh-TW', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

/** The names inside braces: `{name}`, and `{n|one:# reply|other:# replies}` for plurals. */
export type Names<S extends string> = S extends `${string}{${infer P}}${infer Rest}` ? (P extends `${infer N}|${string}` ? N : P) | Names<Rest> : never;
/** The second argument of `t`: required exactly when the text has names. */
export type Params<S extends string> = [Names<S>] extends [never] ? [] : [params: Record<Names<S>, string | number>];

/** The first of the wanted languages that we speak. Traditional script and the places that write it read zh-TW. */
export function detect(wanted: readonly string[], fallback: Locale = 'en'): Locale {
  for (const tag of wanted) {
    if (/^zh\b/i.test(tag)) return /hant|-(tw|hk|mo)\b/i.test(tag) ? 'zh-TW' : 'zh-CN';
    if (/^en\b/i.test(tag)) return 'en';
  }
  return fallback;
}

// Intl objects are slow to make and cheap to keep.
const made = new Map<string, unknown>();
function keep<T>(make: new (locale: string, options?: object) => T, kind: string, locale: string, options?: object): T {
  const key = kind + locale + JSON.stringify(options);
  if (!made.has(key)) made.set(key, new make(locale, options));
  return made.get(key) as T;
}

export function number(locale: string, value: number, options?: Intl.NumberFormatOptions): string {
  return keep(Intl.NumberFormat, 'n', locale, options).format(value);
}

/** `options` as Intl takes them, e.g. `{ dateStyle: 'medium', timeStyle: 'short' }`. */
export function date(locale: string, at: number, options?: Intl.DateTimeFormatOptions): string {
  return keep(Intl.DateTimeFormat, 'd', locale, options).format(at);
}

const STEPS = [['year', 31536e6], ['month', 2592e6], ['week', 6048e5], ['day', 864e5], ['hour', 36e5], ['minute', 6e4]] as const;

/** 「3 分钟前」, "in 2 hours"; under a minute it is "now" in the locale's word. */
export function relative(locale: string, at: number, now: number = Date.now()): string {
  const format = keep(Intl.RelativeTimeFormat, 'r', locale, { numeric: 'auto', style: 'short' });
  const apart = at - now;
  for (const [unit, size] of STEPS) {
    if (Math.abs(apart) >= size) return format.format(Math.trunc(apart / size), unit);
  }
  return format.format(0, 'second');
}

/** Fills `{name}` and `{n|one:# reply|other:# replies}`; `#` is the number as the locale writes it. */
export function fill(locale: string, text: string, params: Record<string, string | number> = {}): string {
  return text.replace(/\{(\w+)(?:\|([^}]*))?\}/g, (_, name: string, forms?: string) => {
    const value = params[name] ?? '';
    const shown = typeof value === 'number' ? number(locale, value) : value;
    if (!forms) return shown;
    const wanted = keep(Intl.PluralRules, 'p', locale).select(+value);
    const list = forms.split('|');
    const form = list.find((f) => f.startsWith(wanted + ':')) ?? list[list.length - 1] ?? '';
    return form.slice(form.indexOf(':') + 1).replace('#', shown);
  });
}
