import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fit, rank } from './fuzzy';
import { initials } from './pinyin';

test('Chinese is found by the initials of its pinyin, simplified and traditional', () => {
  assert.equal(initials('设置 A'), 'sz a');
  assert.equal(initials('標籤'), 'bq');
  assert.equal(initials('Settings'), null);
  assert.deepEqual(fit('sjrz', '审计日志')?.marks, [[0, 4]]);
  assert.equal(fit('sjrz', '设置'), null);
});

test('what begins with the typed letters stands before what holds them, and the shorter before the longer', () => {
  const order = rank('set', ['Reset password', 'Offset', 'Settings'], (each) => [each]).map((each) => each.item);
  assert.deepEqual(order, ['Settings', 'Offset', 'Reset password']);
});

test('letters in order are found and marked, and too loose a fit is none', () => {
  assert.deepEqual(fit('aulo', 'Audit log')?.marks, [[0, 2], [6, 8]]);
  assert.equal(fit('xyz', 'Audit log'), null);
});

test('other names find an entry only as a whole and never mark its title', () => {
  assert.deepEqual(rank('theme', ['外观'], () => ['外观', 'theme look'])[0]?.fit.marks, []);
  assert.equal(rank('tl', ['外观'], () => ['外观', 'theme look']).length, 0);
});

test('nothing typed offers everything in its own order', () => {
  assert.deepEqual(rank('', ['b', 'a'], (each) => [each]).map((each) => each.item), ['b', 'a']);
});
