// SHA-256 of one short ASCII text, made for being asked again and again: at most 55 bytes, so that it is one block. `subtle.digest` answers
// each question by itself and later; this is a hundred times faster and works on plain http too.
const K = new Uint32Array(64);
const H = new Uint32Array(8);
// The constants are the fractions of the square and cube roots of the first primes.
for (let n = 2, found = 0; found < 64; n++) {
  let prime = true;
  for (let i = 2; i * i <= n; i++) if (n % i === 0) prime = false;
  if (!prime) continue;
  if (found < 8) H[found] = (n ** 0.5 % 1) * 2 ** 32;
  K[found++] = (n ** (1 / 3) % 1) * 2 ** 32;
}

const w = new Int32Array(64);
const out = new Int32Array(8);
const turn = (x: number, n: number): number => (x >>> n) | (x << (32 - n));

/** The eight words of the hash; the array is used again by the next call. */
export function sha256(text: string): Int32Array {
  w.fill(0, 0, 16);
  for (let i = 0; i < text.length; i++) w[i >> 2]! |= text.charCodeAt(i) << (24 - (i & 3) * 8);
  w[text.length >> 2]! |= 128 << (24 - (text.length & 3) * 8);
  w[15] = text.length * 8;
  for (let i = 16; i < 64; i++) {
    const x = w[i - 15]!;
    const y = w[i - 2]!;
    w[i] = w[i - 16]! + (turn(x, 7) ^ turn(x, 18) ^ (x >>> 3)) + w[i - 7]! + (turn(y, 17) ^ turn(y, 19) ^ (y >>> 10));
  }
  let [a, b, c, d, e, f, g, h] = H as unknown as [number, number, number, number, number, number, number, number];
  for (let i = 0; i < 64; i++) {
    const one = (h + (turn(e, 6) ^ turn(e, 11) ^ turn(e, 25)) + ((e & f) ^ (~e & g)) + K[i]! + w[i]!) | 0;
    const two = ((turn(a, 2) ^ turn(a, 13) ^ turn(a, 22)) + ((a & b) ^ (a & c) ^ (b & c))) | 0;
    h = g; g = f; f = e; e = (d + one) | 0; d = c; c = b; b = a; a = (one + two) | 0;
  }
  [a, b, c, d, e, f, g, h].forEach((word, i) => { out[i] = word + H[i]!; });
  return out;
}

/** Whether the hash begins with so many zero bits; never asked for more than 32. */
export const isGood = (hash: Int32Array, bits: number): boolean => Math.clz32(hash[0]!) >= bits;

/** Tries `count` numbers from `from` on; the one that solves the riddle, or `undefined`. */
export function search(seed: string, bits: number, from: number, count: number): number | undefined {
  for (let nonce = from; nonce < from + count; nonce++) if (isGood(sha256(`${seed}:${nonce}`), bits)) return nonce;
  return undefined;
}
