import assert from 'node:assert/strict';
import { test } from 'node:test';
import { changed, join, same } from './merge';

test('absent and null are the same, lists are compared in order', () => {
  assert.ok(same({ a: 1, team: null }, { a: 1 }));
  assert.ok(!same(['a', 'b'], ['b', 'a']));
  assert.ok(!same({ a: { b: 1 } }, { a: { b: 2 } }));
});

test('only what differs is sent, and what was emptied is null', () => {
  assert.deepEqual(changed<Record<string, unknown>>({ name: 'a', team: 't', n: 1 }, { name: 'b', n: 1 }), { name: 'b', team: null });
});

test('two people who changed different fields lose nothing', () => {
  const base = { name: 'a', widget: { brand: '#000000', greeting: { en: 'Hi', 'zh-CN': '你好' } }, origins: ['x'] };
  const mine = { ...base, widget: { ...base.widget, brand: '#ffffff' } };
  const theirs = { ...base, name: 'b', widget: { ...base.widget, greeting: { en: 'Hello', 'zh-CN': '你好' } } };
  const { value, both } = join(base, mine, theirs);
  assert.deepEqual(value, { name: 'b', widget: { brand: '#ffffff', greeting: { en: 'Hello', 'zh-CN': '你好' } }, origins: ['x'] });
  assert.deepEqual(both, []);
});

test('where both changed the same field, mine stays and the field is named', () => {
  const { value, both } = join({ widget: { brand: 'a' }, list: [1] }, { widget: { brand: 'b' }, list: [1, 2] }, { widget: { brand: 'c' }, list: [3] });
  assert.deepEqual(value, { widget: { brand: 'b' }, list: [1, 2] });
  assert.deepEqual(both, ['widget.brand', 'list']);
});

test('the same change made twice is no conflict', () => {
  assert.deepEqual(join({ a: 1 }, { a: 2 }, { a: 2 }), { value: { a: 2 }, both: [] });
});
