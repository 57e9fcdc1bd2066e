import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pieces } from './marks';

const flat = (text: string, marks: [number, number][]) => pieces(text, marks).map((each) => (each.hit ? `[${each.text}]` : each.text)).join('');

test('hits are cut out where they stand', () => {
  assert.equal(flat('提现一直显示审核中', [[0, 2], [6, 8]]), '[提现]一直显示[审核]中');
  assert.equal(flat('no hit', []), 'no hit');
});

test('offsets count UTF-16 units, so a character outside the basic plane is two', () => {
  assert.equal(flat('😀提现', [[2, 4]]), '😀[提现]');
});

test('marks that overlap, run over the end or stand in any order lose and double nothing', () => {
  const text = 'abcdef';
  for (const marks of [[[3, 9]], [[2, 4], [0, 3]], [[5, 2]], [[-1, 2]], [[0, 6], [1, 2]]] as [number, number][][]) {
    assert.equal(pieces(text, marks).map((each) => each.text).join(''), text, JSON.stringify(marks));
  }
});

test('markup is text', () => {
  assert.deepEqual(pieces('<mark>x</mark>', [[6, 7]]), [{ text: '<mark>', hit: false }, { text: 'x', hit: true }, { text: '</mark>', hit: false }]);
});
