import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { VisitorEvent } from '$shared/api/types';
import type { Item } from './outbox';
import { parts, rows, tongue } from './rows';

const noon = new Date(2026, 10, 21, 12).getTime();
const said = (seq: number, from: 'me' | 'them', at: number, client_id?: string): VisitorEvent => ({
  seq, at, type: 'message',
  message: { id: `m${seq}`, seq, from, author: { kind: from === 'me' ? 'contact' : 'agent', name: from }, text: '', at, client_id, files: [], redacted: false },
});
const waits = (client_id: string, at: number): Item => ({ id: at, client_id, thread: 'c', text: '', files: [], at });
const kinds = (list: ReturnType<typeof rows>): string => list.map((row) => (row.kind === 'say' ? (row.first ? 'FIRST' : 'say') : row.kind)).join(' ');

test('a day line stands before the first message of each day', () => {
  assert.equal(kinds(rows([said(1, 'me', noon), said(2, 'me', noon + 864e5)], [])), 'day FIRST day FIRST');
});

test('messages of one author within five minutes are one group', () => {
  assert.equal(kinds(rows([said(1, 'them', noon), said(2, 'them', noon + 1e3), said(3, 'me', noon + 2e3), said(4, 'me', noon + 6e5)], [])), 'day FIRST say FIRST FIRST');
});

test('a message that is acknowledged while it still waits shows once, under the same key', () => {
  const before = rows([], [waits('a', noon)]);
  const after = rows([said(1, 'me', noon, 'a')], [waits('a', noon)]);
  assert.equal(after.filter((row) => row.kind === 'say').length, 1);
  assert.equal(before.at(-1)?.key, after.at(-1)?.key);
});

test('a conversation that is open again leaves no line, an ended one does', () => {
  const status = (seq: number, category: 'open' | 'closed'): VisitorEvent => ({ seq, at: noon, type: 'status', data: { category } });
  assert.equal(kinds(rows([status(1, 'open'), status(2, 'closed')], [])), 'day line');
});

test('web addresses are cut out without the punctuation behind them', () => {
  assert.deepEqual(parts('请看 https://a.example/x?y=1。谢谢'), ['请看 ', 'https://a.example/x?y=1', '。谢谢']);
  assert.deepEqual(parts('(see https://a.example/x).'), ['(see ', 'https://a.example/x', ').']);
  assert.equal(parts('javascript:alert(1)').length, 1);
});

test('the language of a text follows its letters', () => {
  assert.equal(tongue('提现', 'zh-TW'), 'zh-TW');
  assert.equal(tongue('提现', 'en'), 'zh');
  assert.equal(tongue('こんにちは', 'zh-CN'), 'ja');
  assert.equal(tongue('where is my deposit', 'zh-CN'), 'en');
});
