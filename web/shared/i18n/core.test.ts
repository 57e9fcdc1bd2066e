import assert from 'node:assert/strict';
import { test } from 'node:test';
import { date, detect, fill, relative } from './core';

test('the first language that we speak is taken, traditional script by its places too', () => {
  assert.equal(detect(['fr-FR', 'zh-Hant-HK', 'en']), 'zh-TW');
  assert.equal(detect(['zh-MO']), 'zh-TW');
  assert.equal(detect(['zh']), 'zh-CN');
  assert.equal(detect(['zh-Hans-SG']), 'zh-CN');
  assert.equal(detect(['en-GB', 'zh-CN']), 'en');
  assert.equal(detect(['ar', 'fr']), 'en');
  assert.equal(detect([], 'zh-CN'), 'zh-CN');
});

test('names are filled in and numbers are written as the locale writes them', () => {
  assert.equal(fill('en', 'Hello {name}, {n} waiting', { name: 'Ann', n: 1204 }), 'Hello Ann, 1,204 waiting');
  assert.equal(fill('zh-CN', '{who}修改了{what}', { who: '林夏', what: '<b>' }), '林夏修改了<b>');
  assert.equal(fill('en', '{missing}!'), '!');
});

test('plurals choose their form, and a language without plurals uses the last one', () => {
  const text = '{n|one:# reply|other:# replies}';
  assert.equal(fill('en', text, { n: 1 }), '1 reply');
  assert.equal(fill('en', text, { n: 0 }), '0 replies');
  assert.equal(fill('zh-CN', '{n|other:# 条}', { n: 3 }), '3 条');
});

test('what a person typed is never read as a pattern', () => {
  assert.equal(fill('en', 'Delete {name}?', { name: '{n|one:x} $& $1' }), 'Delete {n|one:x} $& $1?');
});

test('times are told from near to far', () => {
  const now = Date.UTC(2026, 10, 21);
  assert.equal(relative('en', now - 30_000, now), 'now');
  assert.equal(relative('zh-CN', now - 3 * 60_000, now), '3分钟前');
  assert.equal(relative('en', now - 26 * 3_600_000, now), 'yesterday');
  assert.equal(date('en', now, { year: 'numeric', timeZone: 'UTC' }), '2026');
});
