import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ratio, repair, shades } from './contrast';
import { END, mistake, nextSpan, preset } from './hours';
import { readOrigins } from './origins';

test('a pale brand is darkened until it can be read, a good one stays', () => {
  assert.equal(repair('#0b6b5b', '#ffffff'), '#0b6b5b');
  for (const pale of ['#f0b90b', '#ffffff', '#00ff00', '#ffe4e1']) {
    const { light, lightInk, dark, darkInk } = shades(pale);
    assert.ok(ratio(light, '#ffffff') >= 4.5, pale);
    assert.ok(ratio(dark, '#14171a') >= 4.5, pale);
    assert.ok(ratio(light, lightInk) >= 4.5 && ratio(dark, darkInk) >= 4.5, pale);
  }
});

test('pasted addresses become origins, and what cannot is named with its reason', () => {
  const read = (text: string) => readOrigins(text).map((each) => each.origin ?? each.why);
  assert.deepEqual(read('https://www.example.com/help?x=1#y'), ['https://www.example.com']);
  assert.deepEqual(read('www.example.com, m.example.com\nhttps://example.com:443/'), ['https://www.example.com', 'https://m.example.com', 'https://example.com']);
  assert.deepEqual(read('http://localhost:8080 http://127.0.0.1'), ['http://localhost:8080', 'http://127.0.0.1']);
  assert.deepEqual(read('http://example.com'), ['plain']);
  assert.deepEqual(read('https://*.example.com javascript:alert(1) intranet ftp://example.com https://u@example.com'), ['shape', 'shape', 'shape', 'shape', 'shape']);
});

test('a day may have several spans that neither overlap nor run backwards', () => {
  const span = (from: string, to: string) => ({ day: 1 as const, from, to });
  assert.equal(mistake([span('13:00', '18:00'), span('09:00', '12:00')]), null);
  assert.equal(mistake([span('22:00', '06:00')]), 'order');
  assert.equal(mistake([span('09:00', '13:00'), span('12:59', '18:00')]), 'overlap');
  assert.equal(mistake([span('20:00', END)]), null);
  assert.deepEqual(nextSpan(1, []), span('09:00', '18:00'));
  assert.deepEqual(nextSpan(1, [span('09:00', '12:00')]), span('13:00', '17:00'));
  assert.equal(nextSpan(1, [span('09:00', '23:00')]), null);
  assert.equal(preset('weekdays').length, 5);
});
