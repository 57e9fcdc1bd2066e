// The pinyin initial of a Chinese character, without a table: the platform sorts Chinese by pinyin, so the place of a character among
// the first characters of each letter tells its initial. Where the platform cannot, nothing is found and nothing breaks.
const LETTERS = 'abcdefghjklmnopqrstwxyz';
// The first common character of each letter in pinyin order (no i, u, v).
const FIRSTS = [...'阿八嚓哒妸发旮哈讥咔垃妈拏噢妑七呥仨他屲夕丫帀'];

const order = new Intl.Collator('zh-CN-u-co-pinyin');
const able = order.resolvedOptions().locale.startsWith('zh') && order.compare('阿', '八') < 0 && order.compare('中', '人') > 0;
const known = new Map<string, string>();

function initial(char: string): string {
  let letter = known.get(char);
  if (letter === undefined) {
    const after = FIRSTS.findLastIndex((first) => order.compare(first, char) <= 0);
    letter = LETTERS[after] ?? '';
    known.set(char, letter);
  }
  return letter;
}

/** One letter for each UTF-16 unit, so that offsets fit the text; `null` for a text without Chinese. */
export function initials(text: string): string | null {
  if (!able || !/\p{Script=Han}/u.test(text)) return null;
  let out = '';
  for (const char of text) {
    const letter = /\p{Script=Han}/u.test(char) ? initial(char) : char.toLowerCase();
    out += (letter || '?').slice(0, char.length).padEnd(char.length, '?');
  }
  return out;
}
