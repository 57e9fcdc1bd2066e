// Input that nobody means well, against the running program: always an answer below 500, always a problem document that says what
// is wrong, nothing lost, nothing shown to the wrong person. Calls and bodies come from the published contract.
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { request } from 'node:http';
import { connect } from 'node:net';
import { after, before, test } from 'node:test';
import { startDesk } from './desk/server.mjs';
import { api, ask, firstAdmin, jwt, openInbox, page, visitor } from './desk/api.mjs';
import { launch, openPage, windowOfAgent } from './desk/browser.mjs';
import { example, operations, places, put } from './desk/contract.mjs';

const shared = process.env.CANDOR_SHARED;
const corpora = shared && `${shared}/data/corpora`;
const skip = !corpora || !existsSync(corpora) ? 'the shared corpora are not beside this checkout' : false;
const naughty = skip ? [] : JSON.parse(readFileSync(`${corpora}/blns/blns.json`, 'utf8')).filter((text) => text !== '');
/** Those that break programs most often; all of them go into messages, these into every text there is. */
const WORST = ['', ' ', '\0', 'a\0b', '\u202e\u2066', '\ud800', '﷽'.repeat(20), 'Ṱ̺̺̕o͞ ̷i̲̬͇̪͙n̝̗͕v̟̜̘̦͟o̶̙̰̠kè͚̮̺̪̹̱̤', '<img src=x onerror=alert(1)>', "'; DROP TABLE message; --", '%00', '../../etc/passwd', '{{7*7}}', 'a'.repeat(30_000), '🏳️‍🌈'.repeat(3000), '\u{1f468}\u200d\u{1f469}', 'NaN', '-1', '9'.repeat(400)];
const WRONG = [null, true, -1, 1.5, 1e308, 2 ** 53, 'x', [], {}, [[[[]]]], { a: { b: {} } }];

let desk, admin, inbox, mine, theirs, ids;
const who = { '/api': () => admin, '/visitor': () => mine };
const asker = (path) => who[path.startsWith('/api') ? '/api' : '/visitor']();

before(async () => {
  desk = await startDesk();
  admin = await firstAdmin(desk);
  inbox = await openInbox(admin);
  mine = await visitor(desk, inbox);
  theirs = await visitor(desk, inbox, { jwt: jwt(inbox, 'u-1', { name: 'Somebody else' }) });
  const made = async (path, body) => (await admin.post(`/api/v1${path}`, body)).id;
  const name = () => `spare ${randomUUID().slice(0, 8)}`;
  const me = await admin.get('/api/v1/session');
  const agent = await admin.post('/api/v1/agents', { email: 'spare@desk.test', name: 'Spare', roles: [], teams: [], locale: 'en' });
  const conversation = (await ask(mine, 'mine')).id;
  ids = {
    conversations: conversation, agents: agent.agent.id, agent: agent.agent.id, held: randomUUID(), undo: randomUUID(), token: 'nonsense', mode: 'reply',
    message: (await mine.get(`/visitor/v1/conversations/${conversation}/events`)).items[0].message.id, files: randomUUID(), sessions: randomUUID(), inbox: inbox.id,
    inboxes: await made('/inboxes', { name: name(), channel: 'web' }), tags: await made('/tags', { name: name(), colour: 'grey' }), teams: await made('/teams', { name: name(), members: [] }),
    roles: await made('/roles', { name: name(), permissions: [] }), statuses: await made('/statuses', { name: { 'zh-CN': '甲', 'zh-TW': '甲', en: 'A' }, category: 'open' }),
    channels: await made('/channels', { inbox: await made('/inboxes', { name: name(), channel: 'email' }), kind: 'pipe', name: name() }), intake: randomUUID(),
    tokens: (await admin.post('/api/v1/tokens', { name: name(), permissions: ['conversation.read'] })).token.id,
  };
  assert.ok(me.agent.id);
});
after(async () => {
  await desk?.close();
});

/** A path with real ids in it. */
function address(path) {
  return path.replace(/\/(\w+)\/\{id\}|\{(\w+)\}/g, (_, noun, name) => (noun ? `/${noun}/${ids[noun]}` : ids[name]));
}

const faults = (list) => assert.deepEqual({ count: list.length, first: list.slice(0, 8) }, { count: 0, first: [] });

/** What is wrong with an answer, if anything is. */
function wrong(answer) {
  if (answer.status >= 500) return `answered ${answer.status}: ${answer.text}`;
  if (answer.status < 400) return '';
  const kind = answer.headers.get ? answer.headers.get('content-type') : answer.headers['content-type'];
  const { type, title, status, code } = answer.body ?? {};
  return kind === 'application/problem+json' && type && title && status === answer.status && code ? '' : `no problem document: ${answer.status} ${kind} ${answer.text}`;
}

/** Runs so many at a time; collects what was wrong. */
async function flood(cases, at = 12) {
  const found = [];
  let done = 0;
  const work = async () => {
    for (let one = cases.next(); !one.done; one = cases.next()) {
      const { by, method, path, body, headers, what } = one.value;
      const answer = await by.call(method, path, body, headers);
      const fault = wrong(answer);
      if (fault) found.push(`${method} ${path} with ${what}: ${fault}`.slice(0, 600));
      done += 1;
    }
  };
  await Promise.all(Array.from({ length: at }, work));
  faults(found);
  return done;
}

/** Calls that take a JSON body. Those that hash a password are slow on purpose and get a part of everything. */
const bodied = () => operations().filter((one) => one.schema);
const isSlow = ({ path }) => /\/(session|password|links\/\{token\})$/.test(path) && path.startsWith('/api');
const some = (list, operation) => (isSlow(operation) ? list.filter((_, index) => index % 8 === 0) : list);

test('bodies that are no JSON, and JSON that is no body', { skip, timeout: 300_000 }, async () => {
  const folder = readdirSync(`${corpora}/json-suite`, { recursive: true }).filter((file) => file.endsWith('.json'));
  const bytes = folder.map((file) => [file, readFileSync(`${corpora}/json-suite/${file}`)]);
  const done = await flood((function* () {
    for (const operation of bodied()) for (const [what, body] of some(bytes, operation)) yield { by: asker(operation.path), method: operation.method, path: address(operation.path), body, what };
  })());
  assert.ok(done > 1_000, `${done} tried`);
});

test('invalid JSON is refused as such, with the same code everywhere', { timeout: 60_000 }, async () => {
  for (const { method, path } of bodied()) {
    for (const body of ['{', '{"a":', Buffer.from([0x22, 0xff, 0xfe, 0x22]), Buffer.from('{"text":"\xc3\x28"}', 'latin1')]) {
      const answer = await asker(path).call(method, address(path), body);
      assert.equal(wrong(answer), '', `${method} ${path}`);
      assert.equal(answer.status, 400, `${method} ${path}: ${answer.text}`);
    }
  }
});

test('a wrong type at every place of every body', { timeout: 300_000 }, async () => {
  await flood((function* () {
    for (const operation of bodied()) {
      const body = example(operation.schema);
      for (const { path } of places(body)) {
        for (const something of some(WRONG, operation)) yield { by: asker(operation.path), method: operation.method, path: address(operation.path), body: put(body, path, something), what: `${path.join('.')} = ${JSON.stringify(something)}` };
      }
      yield { by: asker(operation.path), method: operation.method, path: address(operation.path), body: { ...body, surprise: 1 }, what: 'an unknown field' };
    }
  })());
});

test('the worst texts at every place that takes a text', { timeout: 300_000 }, async () => {
  await flood((function* () {
    for (const operation of bodied()) {
      const body = example(operation.schema);
      for (const { path } of places(body).filter((place) => typeof place.value === 'string')) {
        for (const text of some(WORST, operation)) yield { by: asker(operation.path), method: operation.method, path: address(operation.path), body: put(body, path, text), what: `${path.join('.')} = ${JSON.stringify(text).slice(0, 60)}` };
      }
    }
  })());
});

test('the worst texts in every query and every path', { timeout: 300_000 }, async () => {
  await flood((function* () {
    for (const { method, path, query } of operations()) {
      for (const text of WORST.filter((one) => one.length < 1_000)) {
        const escaped = encodeURIComponent(text.toWellFormed?.() ?? text.replace(/[\ud800-\udfff]/g, '�'));
        for (const name of query) if (method === 'GET') yield { by: asker(path), method, path: `${address(path)}?${name}=${escaped}`, what: 'this query' };
        if (path.includes('{') && method !== 'DELETE') yield { by: asker(path), method, path: path.replace(/\{\w+\}/g, escaped || '%20'), ...(method === 'GET' ? {} : { body: {} }), what: 'this path' };
      }
    }
  })());
});

test('naughty texts arrive whole, and stay texts on every screen', { skip, timeout: 300_000 }, async () => {
  const { id } = await ask(theirs, 'naughty ones follow');
  const kept = [];
  for (const text of naughty) {
    const answer = await theirs.call('POST', `/visitor/v1/conversations/${id}/messages`, { client_id: randomUUID(), text });
    assert.equal(wrong(answer), '', text);
    if (answer.status === 201) kept.push(text);
    else assert.equal(answer.body.code, 'validation_failed', `${JSON.stringify(text)}: ${answer.text}`);
  }
  assert.ok(kept.length > naughty.length * 0.95, `${kept.length} of ${naughty.length} were taken`);
  // What is seen must be what was sent; marks that only steer other characters may be cleaned away.
  const seen = (text) => text.normalize('NFC').replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Zs}\p{Zl}\p{Zp}\ufffd]/gu, '');
  const texts = [];
  for (let at = 0, more = true; more;) {
    const part = await admin.get(`/api/v1/conversations/${id}/timeline?after=${at}&limit=100`);
    texts.push(...part.items.filter((item) => item.message).map((item) => item.message.text));
    ({ more } = part);
    at = part.items.at(-1).seq;
  }
  assert.deepEqual(texts.slice(1).map(seen), kept.map(seen));

  const browser = await launch();
  try {
    const context = await windowOfAgent(browser, desk.url, admin);
    const agent = await openPage(context, [desk.url], (said) => /status of 403 .*\/contact\)$/.test(said));
    agent.on('dialog', (dialog) => { agent.faults.push(`dialog: ${dialog.message()}`); void dialog.dismiss(); });
    await agent.goto(`${desk.url}/inbox/all/${id}`);
    await agent.getByRole('article').first().waitFor();
    await agent.goto(`${desk.url}/search?q=${encodeURIComponent('<script>alert')}`);
    await agent.getByRole('searchbox').waitFor();
    await agent.waitForLoadState('networkidle');
    assert.deepEqual(agent.faults, []);
  } finally {
    await browser.close();
  }
});

test('too much is refused as too much', { timeout: 60_000 }, async () => {
  const huge = await mine.call('POST', `/visitor/v1/conversations/${ids.conversations}/messages`, { client_id: randomUUID(), text: 'a'.repeat(4 << 20) });
  assert.equal(wrong(huge), '');
  assert.deepEqual([huge.status, huge.body.code], [413, 'too_large']);
  const { max_text: most } = await mine.get(`/visitor/v1/inboxes/${inbox.id}/config`);
  const say = (letters) => mine.call('POST', `/visitor/v1/conversations/${ids.conversations}/messages`, { client_id: randomUUID(), text: '字'.repeat(letters) });
  assert.equal((await say(most)).status, 201, 'the longest text is taken');
  const long = await say(most + 1);
  assert.deepEqual([wrong(long), long.status, long.body.code], ['', 413, 'too_large']);
  const deep = await mine.call('POST', '/visitor/v1/conversations', `${'['.repeat(100_000)}${']'.repeat(100_000)}`);
  assert.deepEqual([wrong(deep), deep.status], ['', 400]);
  const file = await mine.call('POST', '/visitor/v1/files?name=a.png', new Uint8Array(26 << 20), { 'content-type': 'image/png' });
  assert.deepEqual([wrong(file), file.status, file.body.code], ['', 413, 'too_large']);
});

test('files that could run, or that could grow, are not taken', { timeout: 60_000 }, async () => {
  const bomb = Buffer.concat([Buffer.from('504b0304', 'hex'), Buffer.alloc(4096)]);
  const files = [
    ['a.svg', 'image/svg+xml', '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'], ['a.html', 'text/html', '<script>alert(1)</script>'],
    ['a.png', 'image/png', '<html><script>alert(1)</script>'], ['a.zip', 'application/zip', bomb], ['a.png', 'image/png', bomb], ['a.exe', 'application/octet-stream', 'MZ\x90\x00'],
  ];
  for (const [name, type, bytes] of files) {
    const answer = await mine.call('POST', `/visitor/v1/files?name=${name}`, Buffer.from(bytes), { 'content-type': type });
    assert.equal(wrong(answer), '', name);
    assert.ok(answer.status === 415 || answer.status === 422, `${name} as ${type} was answered ${answer.status}: ${answer.text}`);
  }
  const names = ['../../etc/passwd', 'a\0b.png', '.', 'CON', `${'x'.repeat(400)}.png`, '\u202egnp.exe'];
  const png = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==', 'base64');
  for (const name of names) {
    const answer = await mine.call('POST', `/visitor/v1/files?name=${encodeURIComponent(name)}`, png, { 'content-type': 'image/png' });
    assert.equal(wrong(answer), '', name);
    if (answer.status === 201) assert.doesNotMatch(answer.body.name, /[/\\\0\u202e]|^\.+$/, name);
  }
});

test('what belongs to somebody else does not exist', { timeout: 60_000 }, async () => {
  const foreign = (await ask(theirs, 'a secret of somebody else')).id;
  for (const { method, path, schema } of operations().filter((one) => one.path.startsWith('/visitor/v1/conversations/{id}'))) {
    // A body that would be taken, so that it is the id that is refused.
    const body = schema && { ...example(schema), ...(path.endsWith('/rating') ? { score: 5, comment: 'fine' } : {}), ...(path.endsWith('/messages') ? { client_id: randomUUID() } : {}) };
    const answer = await mine.call(method, path.replace('{id}', foreign), body);
    assert.deepEqual([wrong(answer), answer.status], ['', 404], `${method} ${path}: ${answer.text}`);
    assert.doesNotMatch(answer.text, /secret/);
  }
  const stranger = page(desk);
  for (const { method, path, schema } of operations()) {
    if (/\/(sessions|session|config|links\/\{token\})$/.test(path)) continue;
    const answer = await stranger.call(method, address(path), schema && example(schema));
    assert.deepEqual([wrong(answer), answer.status], ['', 401], `${method} ${path}: ${answer.text}`);
    const crossed = await (path.startsWith('/api') ? mine : admin).call(method, address(path), schema && example(schema));
    assert.deepEqual([wrong(crossed), crossed.status], ['', 401], `${method} ${path} with the other surface's credentials: ${crossed.text}`);
  }
});

test('pages of strangers get nothing', { timeout: 60_000 }, async () => {
  const evil = { origin: 'https://evil.test' };
  const start = await api(desk, evil).call('POST', '/visitor/v1/sessions', { inbox: inbox.id });
  assert.deepEqual([wrong(start), start.status, start.body.code], ['', 403, 'origin_refused']);
  const bare = await api(desk).call('POST', '/visitor/v1/sessions', { inbox: inbox.id });
  assert.deepEqual([wrong(bare), bare.status], ['', 403], 'without an Origin only a signed identity counts');
  for (const origin of ['https://evil.test', 'null', `${desk.url}.evil.test`, 'https://127.0.0.1']) {
    const answer = await api(desk, { cookie: admin.headers.cookie, origin }).call('POST', '/api/v1/tags', { name: 'stolen', colour: 'red' });
    assert.deepEqual([wrong(answer), answer.status, answer.body.code], ['', 403, 'csrf'], origin);
    const socket = await upgrade('/api/v1/stream', { cookie: admin.headers.cookie, origin });
    assert.equal(socket, 403, `a socket for ${origin}`);
  }
});

test('what was used cannot be used again', { timeout: 60_000 }, async () => {
  const token = jwt(inbox, 'u-2');
  const first = await page(desk).call('POST', '/visitor/v1/sessions', { inbox: inbox.id, jwt: token });
  const again = await page(desk).call('POST', '/visitor/v1/sessions', { inbox: inbox.id, jwt: token });
  assert.deepEqual([first.status, again.status, again.body.code, wrong(again)], [201, 401, 'unauthenticated', '']);
  const now = Math.floor(Date.now() / 1000);
  for (const claims of [{ exp: now - 120 }, { iat: now - 1200, exp: now + 1200 }, { aud: randomUUID() }, { jti: '' }, { sub: 7 }, { iat: now + 3600, exp: now + 3900 }, { exp: 'soon' }]) {
    const answer = await page(desk).call('POST', '/visitor/v1/sessions', { inbox: inbox.id, jwt: jwt(inbox, 'u-2', claims) });
    assert.deepEqual([wrong(answer), answer.status], ['', 401], JSON.stringify(claims));
  }
  const [head, body] = jwt(inbox, 'u-2').split('.');
  const none = Buffer.from('{"alg":"none"}').toString('base64url');
  for (const forged of [`${none}.${body}.`, `${head}.${body}.`, `${head}.${body}`, 'a.b.c', '....', 'x'.repeat(100_000)]) {
    const answer = await page(desk).call('POST', '/visitor/v1/sessions', { inbox: inbox.id, jwt: forged });
    assert.deepEqual([wrong(answer), answer.status], ['', 401], forged.slice(0, 80));
  }

  const out = await visitor(desk, inbox);
  await out.delete('/visitor/v1/session');
  assert.equal((await out.call('GET', '/visitor/v1/session')).status, 401);
  const link = /\/link\/(\S+)/.exec(desk.said)[1];
  const used = await page(desk).call('POST', `/api/v1/links/${link}`, { name: 'x', email: 'x@desk.test', password: 'another long password 9' });
  assert.deepEqual([wrong(used), used.status, used.body.code], ['', 410, 'link_used']);
});

test('the same id twenty times at once is one message; with other words it is refused', { timeout: 60_000 }, async () => {
  const path = `/visitor/v1/conversations/${ids.conversations}/messages`;
  for (let group = 0; group < 20; group += 1) {
    const client_id = randomUUID();
    const said = await Promise.all(Array.from({ length: 20 }, () => mine.call('POST', path, { client_id, text: `group ${group}` })));
    assert.equal(new Set(said.map((answer) => answer.body?.event?.message?.id)).size, 1, said.map((answer) => answer.text).join('\n'));
    assert.equal(said.filter((answer) => answer.status === 201).length, 1);
    const other = await mine.call('POST', path, { client_id, text: 'other words' });
    assert.deepEqual([wrong(other), other.status, other.body.code], ['', 409, 'body_mismatch']);
  }
});

test('requests that are hardly HTTP end in order', { timeout: 60_000 }, async () => {
  const requests = [
    'GET / HTTP/1.1\r\n\r\n', 'GET /%ff%fe HTTP/1.1\r\nhost: x\r\n\r\n', 'GET /api/v1/%00 HTTP/1.1\r\nhost: x\r\n\r\n', 'BREW /api/v1/session HTTP/1.1\r\nhost: x\r\n\r\n',
    `GET /${'a'.repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, `GET / HTTP/1.1\r\nhost: x\r\nx: ${'a'.repeat(100_000)}\r\n\r\n`, 'POST /visitor/v1/sessions HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ncontent-length: 6\r\n\r\n{}',
    'POST /visitor/v1/sessions HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n', '\x16\x03\x01\x02\x00\x01\x00', 'GET /../../etc/passwd HTTP/1.1\r\nhost: x\r\n\r\n', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
  ];
  for (const text of requests) {
    const answer = await raw(text);
    assert.doesNotMatch(answer, /^HTTP\/1\.1 5/, `${JSON.stringify(text.slice(0, 60))}: ${answer.slice(0, 200)}`);
    assert.doesNotMatch(answer, /root:/);
  }
});

test('the desk is well after all this', async () => {
  assert.equal((await fetch(`${desk.url}/readyz`)).status, 200);
  assert.deepEqual(desk.errors(), []);
  desk.run('audit', 'verify');
});

/** The status with which a socket is answered. */
function upgrade(path, headers) {
  return new Promise((done, fail) => {
    const asked = request(desk.url + path, { headers: { connection: 'Upgrade', upgrade: 'websocket', 'sec-websocket-version': '13', 'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==', ...headers } });
    asked.on('response', (answer) => { answer.resume(); done(answer.statusCode); });
    asked.on('upgrade', (answer, socket) => { socket.destroy(); done(answer.statusCode); });
    asked.on('error', fail);
    asked.end();
  });
}

/** Bytes on the wire, and what came back within two seconds. */
function raw(text) {
  return new Promise((done) => {
    const socket = connect(desk.port, '127.0.0.1');
    let said = '';
    const end = () => { socket.destroy(); done(said); };
    const timer = setTimeout(end, 2_000);
    socket.on('data', (bytes) => { said += bytes; clearTimeout(timer); setTimeout(end, 50); });
    socket.on('close', end);
    socket.on('error', end);
    socket.write(Buffer.from(text, 'latin1'));
  });
}
