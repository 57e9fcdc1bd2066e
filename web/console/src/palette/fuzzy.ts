// How well a text fits what was typed: whole words first, then the beginnings of words, then letters in order. Chinese is also found
// by the initials of its pinyin ("sz" finds 设置).
import { initials } from './pinyin';

export interface Fit { score: number; marks: [number, number][] }

const START = /[\s\-_/.·:：，()（）]/;

/** `null` when it does not fit. A higher score is a better fit. */
export function fit(typed: string, text: string): Fit | null {
  const wanted = typed.trim().toLowerCase();
  if (wanted === '') return { score: 0, marks: [] };
  const low = text.toLowerCase();
  const whole = low.indexOf(wanted);
  if (whole >= 0) {
    const begins = whole === 0 || START.test(low[whole - 1] ?? '');
    return { score: (begins ? 100 : 80) - Math.min(20, whole / 4) - Math.min(10, (text.length - wanted.length) / 8), marks: [[whole, whole + wanted.length]] };
  }
  return byInitials(wanted, text) ?? inOrder(wanted, low);
}

function inside(typed: string, text: string): Fit | null {
  const wanted = typed.trim().toLowerCase();
  return wanted !== '' && text.toLowerCase().includes(wanted) ? { score: 60, marks: [] } : null;
}

function byInitials(wanted: string, text: string): Fit | null {
  if (!/^[a-z0-9 ]+$/.test(wanted)) return null;
  const letters = initials(text);
  if (letters === null) return null;
  const at = letters.indexOf(wanted.replaceAll(' ', ''));
  if (at < 0) return null;
  return { score: 70 - Math.min(20, at), marks: [[at, at + wanted.replaceAll(' ', '').length]] };
}

function inOrder(wanted: string, low: string): Fit | null {
  const marks: [number, number][] = [];
  let at = 0;
  let score = 40;
  for (const char of wanted) {
    if (char === ' ') continue;
    const found = low.indexOf(char, at);
    if (found < 0) return null;
    const last = marks[marks.length - 1];
    const begins = found === 0 || START.test(low[found - 1] ?? '');
    if (last && last[1] === found) last[1] = found + 1;
    else {
      marks.push([found, found + 1]);
      score -= begins ? 1 : 6;
    }
    at = found + 1;
  }
  return score > 0 ? { score, marks } : null;
}

/** The best fits first; ties keep their order. */
export function rank<T>(typed: string, items: readonly T[], text: (item: T) => readonly string[], limit = 20): { item: T; fit: Fit }[] {
  const found: { item: T; fit: Fit; at: number }[] = [];
  items.forEach((item, at) => {
    // The first text is the one that is shown, so only its marks count. The others are other words for the same thing: they fit as
    // a whole or not at all, or nearly everything would be found.
    const fits = text(item).map((each, i) => (i === 0 ? fit(typed, each) : inside(typed, each)));
    const best = fits.reduce((a, b) => ((b?.score ?? -1) > (a?.score ?? -1) ? b : a), null);
    if (best) found.push({ item, fit: best, at });
  });
  return found.sort((a, b) => b.fit.score - a.fit.score || a.at - b.at).slice(0, limit);
}
