// How hard a password is to guess, while it is typed. `accepted` follows the server's rules (12 characters, not one's own name, not what
// everybody tries first); the score above that is only advice. The server has the last word.

export const MIN_LENGTH = 12;
export type Advice = 'short' | 'common' | 'personal' | 'plain' | 'fair' | 'good';
export interface Strength { score: 0 | 1 | 2 | 3 | 4; advice: Advice; accepted: boolean }

const RUNS = ['01234567890', '09876543210', 'abcdefghijklmnopqrstuvwxyz', 'qwertyuiopasdfghjklzxcvbnm', '1qaz2wsx3edc4rfv5tgb'];
const WORDS = ['password', 'passw0rd', 'welcome', 'letmein', 'iloveyou', 'woaini', '5201314', 'admin', 'candor', 'bitcoin', 'changeme', 'administrator'];

function guessable(text: string): boolean {
  if (new Set(text).size < 5) return true;
  const chars = [...WORDS.reduce((rest, word) => rest.replaceAll(word, ''), text)];
  // Characters that only go on from the one before say nothing new.
  const goesOn = (one: string, next: string) => one === next || RUNS.some((run) => run.includes(one + next));
  return chars.filter((char, i) => i === 0 || !goesOn(chars[i - 1] ?? '', char)).length < 6;
}

/** Bits, if each sign were drawn at random from the kinds that occur, with repeats and runs counted once. */
function bits(password: string): number {
  const kinds = [[/[a-z]/, 26], [/[A-Z]/, 26], [/\d/, 10], [/[!-/:-@[-`{-~ ]/, 32], [/[^\x20-\x7e]/, 2000]] as const;
  const pool = kinds.reduce((sum, [kind, size]) => sum + (kind.test(password) ? size : 0), 0);
  const codes = [...password].map((char) => char.codePointAt(0) ?? 0);
  const fresh = codes.filter((code, i) => i === 0 || Math.abs(code - (codes[i - 1] ?? 0)) > 1).length;
  return fresh * Math.log2(Math.max(pool, 2));
}

export function strength(typed: string, personal: readonly string[] = []): Strength {
  const text = typed.normalize('NFKC').toLowerCase();
  const length = [...text].length;
  if (length < MIN_LENGTH) return { score: length === 0 ? 0 : 1, advice: 'short', accepted: false };
  const known = personal.flatMap((each) => each.toLowerCase().split(/[^\p{L}\p{N}]+/u)).filter((word) => [...word].length >= 4);
  if ([...known.reduce((rest, word) => rest.replaceAll(word, ''), text)].length < 8) return { score: 1, advice: 'personal', accepted: false };
  if (guessable(text)) return { score: 1, advice: 'common', accepted: false };
  const guessed = bits(typed);
  if (guessed < 45) return { score: 2, advice: 'plain', accepted: true };
  return guessed < 75 ? { score: 3, advice: 'fair', accepted: true } : { score: 4, advice: 'good', accepted: true };
}
