import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apart, standing, stretches, warnings, whySender } from './mail';

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

test('what is folded leaves no empty lines at the end of what is new', () => {
  const parts = stretches('hi\n\n> a\nbye\n\n> b', of(['new', 4], ['quote', 4], ['new', 5], ['quote', 3]));
  assert.deepEqual(standing(parts, false), ['hi\n\n', 'bye']);
  assert.equal(standing(parts, true).join(''), 'hi\n\n> a\nbye\n\n> b');
  assert.deepEqual(standing([{ folded: false, text: 'as typed\n' }], false), ['as typed\n']);
});

test('a mail kept apart says from which conversation only where that is certain', () => {
  const answers = { number: 7, conversation: 'c' };
  assert.deepEqual(apart({ doubts: ['no_date', 'token_unproven'], answers }), { words: 'mail.apart.unproven', answers });
  assert.equal(apart({ doubts: ['token_foreign'] }), 'unknown');
  assert.equal(apart({ doubts: ['no_date'] }), null);
  assert.deepEqual(apart({ doubts: ['case_joined'], answers }), { words: 'mail.apart.joined', answers });
});

test('of all doubts those are said that an agent can do something with', () => {
  const head = { doubts: ['no_date', 'names_staff', 'nul'] } as unknown as Parameters<typeof warnings>[0];
  assert.deepEqual(warnings(head), ['mail.doubt.namesStaff']);
});

test('what is known of a sender is said by what proved it, or that nothing did', () => {
  assert.equal(whySender({ standing: 'proven', by: 'dkim' }), 'mail.sender.why.dkim');
  assert.equal(whySender({ standing: 'denied' }), 'mail.sender.why.denied');
});
