// How hard a password is to guess, roughly, while it is typed. Only advice: the server decides what it accepts.

export const MIN_LENGTH = 12;
export type Advice = 'short' | 'common' | 'personal' | 'plain' | 'fair' | 'good';
export interface Strength { score: 0 | 1 | 2 | 3 | 4; advice: Advice; accepted: boolean }

// What attackers try first; compared after folding case and look-alike digits.
const COMMON = /password|passw|qwert|asdf|zxcv|admin|welcome|letmein|iloveyou|woaini|monkey|dragon|candor|bitcoin|123123|123456|12345|111111|000000|abc123|5201314/;

function fold(text: string): string {
  return text.toLowerCase().replace(/[@4]/g, 'a').replace(/[$5]/g, 's').replace(/0/g, 'o').replace(/3/g, 'e').replace(/[1!]/g, 'i');
}

/** Bits, if each sign were drawn at random from the kinds that occur, with repeats and runs counted once. */
function bits(password: string): number {
  const kinds = [[/[a-z]/, 26], [/[A-Z]/, 26], [/\d/, 10], [/[^\p{L}\d]/u, 32], [/[^\x00-\x7f]/, 2000]] as const;
  const pool = kinds.reduce((sum, [kind, size]) => sum + (kind.test(password) ? size : 0), 0);
  const codes = [...password].map((char) => char.codePointAt(0) ?? 0);
  const fresh = codes.filter((code, i) => i === 0 || Math.abs(code - (codes[i - 1] ?? 0)) > 1).length;
  return fresh * Math.log2(Math.max(pool, 2));
}

export function strength(password: string, personal: readonly string[] = []): Strength {
  const folded = fold(password);
  const length = [...password].length;
  const known = personal.flatMap((text) => text.toLowerCase().split(/[\s@.]+/)).filter((part) => part.length >= 4);
  if (length < MIN_LENGTH) return { score: length === 0 ? 0 : 1, advice: 'short', accepted: false };
  const rest = known.reduce((text, part) => text.replaceAll(fold(part), ''), folded);
  if ([...rest].length < 8) return { score: 1, advice: 'personal', accepted: true };
  const common = COMMON.test(password.toLowerCase()) || COMMON.test(folded);
  const guessed = bits(password) - (common ? 28 : 0);
  if (guessed < 45) return { score: 2, advice: common ? 'common' : 'plain', accepted: true };
  return guessed < 70 ? { score: 3, advice: 'fair', accepted: true } : { score: 4, advice: 'good', accepted: true };
}
