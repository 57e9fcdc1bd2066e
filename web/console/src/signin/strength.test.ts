import assert from 'node:assert/strict';
import { test } from 'node:test';
import { strength } from './strength';

const known = ['Ann Lee', 'ann.leeward@example.com'];

// The same examples as in the server's rules (crates/domain/src/staff/password.rs).
test('what the server takes is accepted here', () => {
  for (const good of ['correct horse battery', '我的密码是一句很长的话没错', 'x7!kQ02-vmPa', 'nnew-boat-harbour-92']) assert.ok(strength(good, known).accepted, good);
});

test('what the server refuses is refused here, with the same reason', () => {
  assert.equal(strength('x7!kQ02-vmP', known).advice, 'short');
  for (const plain of ['aaaaaaaaaaaaaa', '123456789012', 'password1234', 'qwertyuiop123', 'passwordadmin1', '1qaz2wsx3edc']) assert.equal(strength(plain, known).advice, 'common', plain);
  assert.equal(strength('leewardexample', known).advice, 'personal');
});

test('longer and more varied is stronger', () => {
  assert.ok(strength('correct horse battery staple').score >= strength('bcvhjknmqwpl').score);
  assert.equal(strength('').score, 0);
});
