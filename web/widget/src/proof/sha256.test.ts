import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import test from 'node:test';
import { isGood, search, sha256 } from './sha256';

const hex = (text: string): string => [...sha256(text)].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');

test('the hash is SHA-256 for every text of one block', () => {
  for (let length = 0; length <= 55; length++) {
    const text = 'a1:9'.repeat(14).slice(0, length);
    assert.equal(hex(text), createHash('sha256').update(text).digest('hex'), `${length} bytes`);
  }
});

test('a solution has as many zero bits as were asked for', () => {
  const seed = '00112233445566778899aabbccddeeff';
  const nonce = search(seed, 12, 0, 1e6)!;
  assert.match(createHash('sha256').update(`${seed}:${nonce}`).digest('hex'), /^000/);
  assert.ok(isGood(sha256(`${seed}:${nonce}`), 12));
  assert.equal(search(seed, 12, 0, nonce), undefined, 'it is the first one');
});
