import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isHarmful, scanWords } from './scan';

test('only what the scanner found harmless goes without a word', () => {
  assert.equal(scanWords({ scan: 'clean' }), null);
  assert.equal(scanWords({ scan: 'unscanned' }), 'scan.unscanned');
  assert.equal(scanWords({ scan: 'waiting' }), 'scan.waiting');
  assert.equal(scanWords({ scan: 'failed', scan_note: 'no_answer' }), 'scan.failed');
  assert.equal(scanWords({ scan: 'failed', scan_note: 'too_large' }), 'scan.large');
});

test('harmful is what the scanner says so of, and nothing it could not look at', () => {
  assert.equal(isHarmful({ scan: 'infected' }), true);
  assert.equal(isHarmful({ scan: 'failed' }), false);
});
