import assert from 'node:assert/strict';
import { test } from 'node:test';
import { stretches } from './mail';

const of = (...pieces: [string, number][]) => pieces.map(([kind, length]) => ({ kind: kind as 'new' | 'quote' | 'signature', length }));

test('quotes and signatures are folded together and new words stay in order', () => {
  assert.deepEqual(stretches('hi\n> a\n-- \nme\nbye', of(['new', 3], ['quote', 4], ['signature', 7], ['new', 3])), [
    { folded: false, text: 'hi\n' }, { folded: true, text: '> a\n-- \nme\n' }, { folded: false, text: 'bye' },
  ]);
});

test('lengths that do not fit the text hide nothing', () => {
  const whole = [{ folded: false, text: 'words' }];
  assert.deepEqual(stretches('words', of(['quote', 99])), whole);
  assert.deepEqual(stretches('words', of(['new', 2])), whole);
  assert.deepEqual(stretches('words', of(['quote', 5])), whole, 'a mail that is all quote is shown');
});

test('characters beyond the first plane count as JavaScript counts them', () => {
  assert.deepEqual(stretches('🙂 ok\n> q', of(['new', 6], ['quote', 3])).map((each) => each.text), ['🙂 ok\n', '> q']);
});
