import assert from 'node:assert/strict';
import { test } from 'node:test';
import { entries, isAddress, joined } from './addresses';

test('a pasted list becomes one address each, whatever stands between and around them', () => {
  assert.deepEqual(entries('"Lee, Ann" <Ann@Example.net>, bob@example.org;carl@example.com\n 李雷 <li@例子.公司>、dora@example.net'),
    ['ann@example.net', 'bob@example.org', 'carl@example.com', 'li@例子.公司', 'dora@example.net']);
  assert.deepEqual(entries('bob@example.org Ann <ann@example.net>'), ['bob@example.org', 'ann@example.net']);
  assert.deepEqual(entries(' , ;'), []);
});

test('what is no address stays as it was typed, to be named', () => {
  assert.deepEqual(entries('bob, ann@example'), ['bob', 'ann@example']);
  for (const wrong of ['bob', 'ann@example', 'a@b..c', '@b.c', 'a..b@c.de', 'a@b.c\nbcc:x@y.z', `${'a'.repeat(65)}@b.c`, 'a@-b.c']) assert.equal(isAddress(wrong), false, wrong);
  for (const right of ['ann@example.net', '用户@例子.公司', "o'neil+tag@mail.example.co"]) assert.equal(isAddress(right), true, right);
});

test('the same address is there once', () => {
  assert.deepEqual(joined(['a@b.c'], ['d@e.f', 'a@b.c']), ['a@b.c', 'd@e.f']);
});
