// What the sanitiser leaves of every attack string and every HTML of the corpora, as Chromium reads it: without the sandbox, the frame and
// the policy that stand around it in the console, so that nothing but the sanitiser can have kept it from running or asking.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { launch, windowOf } from './desk/browser.mjs';
import { program } from './desk/server.mjs';

const CLEAN = join(dirname(program), 'examples/html_clean');
const CORPORA = process.env.CANDOR_SHARED && join(process.env.CANDOR_SHARED, 'data/corpora');
const ATTACKS = ['owasp-xss', 'xss-payloads'];
const MARKUP = ['dompurify', 'html5lib'];
/** Places that attackers break out of. */
const INSIDE = [['<p title="', '">x'], ['<table><tr><td>', '</table>x'], ['<svg><style>', '</style>x'], ['<math><mi>', '<b>x'], ['<!--', '-->x']];
/** Pieces in one frame, each in a place of its own, and frames on one page. */
const TOGETHER = 20;
const AT_ONCE = 50;
/** What a policy that allows nothing reports, this one does; it forbids nothing. */
const WATCH = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-src 'self'; base-uri 'none'; form-action 'none'";
// Mails by Python's own library: a second reader, so that what ours does not find in a mail is not missed here.
const PARTS = `
import email, email.policy, json, os, sys
found = []
for top in sys.argv[1:]:
    for folder, _, names in os.walk(top):
        for name in names:
            with open(os.path.join(folder, name), 'rb') as file:
                raw = file.read()
            if name.endswith(('.html', '.htm')):
                found.append(raw.decode('utf-8', 'replace'))
            try:
                for part in email.message_from_bytes(raw).walk():
                    if part.get_content_type() == 'text/html':
                        found.append((part.get_payload(decode=True) or b'').decode('utf-8', 'replace'))
            except Exception:
                pass
print(json.dumps(found))
`;

let browser, context, server, origin;
const pages = new Map();
before(async () => {
  browser = await launch();
  context = await windowOf(browser);
  server = createServer((request, response) => {
    const body = pages.get(request.url);
    response.writeHead(body ? 200 : 204, { 'content-type': 'text/html; charset=utf-8', 'content-security-policy-report-only': WATCH });
    response.end(body);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  origin = `http://127.0.0.1:${server.address().port}`;
});
after(async () => {
  await browser?.close();
  server?.closeAllConnections();
  await new Promise((done) => server?.close(done));
});

/** A list in pieces of this length. */
const cut = (list, length) => Array.from({ length: Math.ceil(list.length / length) }, (_, at) => list.slice(at * length, (at + 1) * length));

const files = (folder) => readdirSync(folder).map((name) => join(folder, name)).flatMap((path) => (statSync(path).isDirectory() ? files(path) : [path]));

function strings(value) {
  if (typeof value === 'string') return [value];
  return value && typeof value === 'object' ? Object.values(value).flatMap(strings) : [];
}

/** All strings of a set's files, and each file as it stands where it is no list. */
function vectors(set) {
  return files(join(CORPORA, set)).filter((path) => /\.(json|test|dat)$/.test(path)).flatMap((path) => {
    const text = readFileSync(path, 'utf8');
    try { return strings(JSON.parse(text)); } catch { return [text]; }
  });
}

function ofMails() {
  const sets = readdirSync(CORPORA).filter((name) => ![...ATTACKS, ...MARKUP].includes(name) && statSync(join(CORPORA, name)).isDirectory());
  return JSON.parse(execFileSync('python3', ['-c', PARTS, ...sets.map((set) => join(CORPORA, set))], { maxBuffer: 1 << 28 }));
}

const cleaned = (given) => JSON.parse(execFileSync(CLEAN, { input: JSON.stringify(given), maxBuffer: 1 << 28 }));
const attribute = (html) => html.replaceAll('&', '&amp;').replaceAll('"', '&quot;');

const frameOf = (pieces) => `<iframe class="case" data-pieces="${pieces.length}" srcdoc="${attribute(`<!doctype html>${pieces.map((piece) => `<div>${piece}</div>`).join('')}`)}"></iframe>`;

/** In the page: what stands in a frame that could run, reach out, or lie over something else. */
const suspicious = () => [...document.querySelectorAll('iframe.case')].flatMap((frame, at) => {
  const all = [...(frame.contentDocument?.querySelectorAll('*') ?? [])];
  if (!frame.contentDocument) return [`${at}: the frame went elsewhere`];
  // A piece that does not end where it should hides what stands behind it.
  const places = frame.contentDocument.querySelectorAll('body > div').length;
  const swallowed = places === Number(frame.dataset.pieces) ? [] : [`${at}: ${places} pieces`];
  return swallowed.concat(all.flatMap((element) => {
    const name = element.localName;
    const said = [];
    if (/^(script|iframe|frame|object|embed|form|input|button|select|textarea|base|meta|link|style|svg|math|video|audio|template|dialog)$/.test(name)) said.push(`<${name}>`);
    for (const { name: key, value } of element.attributes) {
      if (/^on/i.test(key) || ['srcdoc', 'ping', 'formaction', 'is', 'popover'].includes(key)) said.push(`${name} ${key}`);
      if (['src', 'srcset', 'background', 'poster', 'xlink:href'].includes(key)) said.push(`${name} ${key}=${value}`);
      if (key === 'style' && /url|expression|@|position\s*:\s*(fixed|absolute)/i.test(element.style.cssText)) said.push(`${name} style=${value}`);
    }
    if (name === 'a' && element.href && !['http:', 'https:', 'mailto:', 'tel:'].includes(element.protocol)) said.push(`a ${element.protocol}`);
    return said.map((one) => `${at}: ${one}`);
  }));
});

/** Shows these pieces in frames, and says what ran, what was asked, and what could have. */
async function shown(frames) {
  const page = await context.newPage();
  const found = [];
  page.on('dialog', (dialog) => { found.push(`a dialog: ${dialog.message()}`); dialog.dismiss().catch(() => {}); });
  page.on('console', (message) => { if (/Content Security Policy/i.test(message.text())) found.push(message.text()); });
  page.on('pageerror', (error) => found.push(`ran: ${error}`));
  page.on('popup', () => found.push('a window opened'));
  page.on('request', (request) => { if (!request.url().startsWith(origin) && !/^(about|data):/.test(request.url())) found.push(`asked ${request.url()}`); });
  const path = `/${pages.size}`;
  pages.set(path, `<!doctype html><html lang="en"><meta charset="utf-8"><title>here</title><link rel="icon" href="data:,">${frames.map(frameOf).join('')}`);
  await page.goto(origin + path, { waitUntil: 'load', timeout: 60_000 });
  found.push(...await page.evaluate(suspicious));
  if (page.url() !== origin + path || (await page.title()) !== 'here') found.push(`the page is ${page.url()}`);
  await page.close();
  return found;
}

test('what runs, reaches out or could do so is found where nothing was cleaned', async () => {
  const live = [
    '<script>1</script>', '<svg onload="1"></svg>', '<img src="https://tracker.example/a">', '<a href="javascript:1">x</a>', '<p onclick="1">x</p>',
    '<div style="background:url(https://tracker.example/b)">x</div>', '<style>@import "https://tracker.example/c"</style>', '<form action="https://tracker.example/d"></form>',
    '<iframe src="https://tracker.example/e"></iframe>', '<b style="position:fixed">x</b>', '<meta http-equiv="refresh" content="0;url=https://tracker.example/f">',
  ];
  for (const text of live) assert.notDeepEqual(await shown([[text]]), [], text);
  assert.notDeepEqual(await shown([['<p>1</p><!-- ', '<p>2</p>']]), [], 'a piece that swallows the next');
  assert.deepEqual(await shown([['<p style="color:red">plain <a href="https://example.org/">words</a></p>', '<p>2</p>']]), []);
});

test('of all attack strings and of the HTML of all mails nothing runs and nobody is asked', { skip: !CORPORA || !existsSync(CORPORA) ? 'the corpora are not here' : false, timeout: 600_000 }, async (t) => {
  const attacks = ATTACKS.flatMap(vectors);
  const nested = attacks.flatMap((attack) => INSIDE.map(([before, after]) => before + attack + after));
  const mails = ofMails();
  const given = [...new Set([...attacks, ...nested, ...MARKUP.flatMap(vectors), ...mails])];
  assert.ok(attacks.length > 2_000 && mails.length > 100, `${attacks.length} attacks, ${mails.length} mails`);
  const distinct = [...new Set(cleaned(given))];
  // Text without a tag runs nowhere; it stands together in one frame.
  const tagged = distinct.filter((html) => html.includes('<'));
  const pieces = [distinct.filter((html) => !html.includes('<')).join('\n'), ...tagged];
  const pagesful = cut(cut(pieces, TOGETHER), AT_ONCE);
  t.diagnostic(`${given.length} vectors, of which ${tagged.length} different pieces of HTML are left`);
  const found = [];
  for (const [at, frames] of pagesful.entries()) found.push(...(await shown(frames)).map((one) => `page ${at}, ${one}`));
  assert.deepEqual(found, []);
});
