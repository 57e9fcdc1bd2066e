// Weighs what a browser loads first, from the built output (UI_OUT, default web/dist): what index.html names, and what those files import.
// Exit 1 when a budget is broken. Strings are one locale at a time: the heaviest counts. KB are 1,000 bytes, gzip -9.
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const out = process.env.UI_OUT ?? fileURLToPath(new URL('../dist', import.meta.url));
const LOCALES = /^(zh-CN|zh-TW|en)[-.]/;
const read = (path) => readFileSync(join(out, path), 'utf8');
const weigh = (path) => gzipSync(read(path), { level: 9 }).length;
/** A reference in a file, as a path below the output folder. */
const resolve = (reference, from) => (reference.startsWith('/') ? reference.slice(1) : posix.join(posix.dirname(from), reference)).replace(/[?#].*/, '');

/** A script, what it imports statically, and the heaviest of each set of locale files it loads by itself. */
function scripts(path, found = new Map()) {
  if (found.has(path)) return found;
  found.set(path, weigh(path));
  const text = read(path);
  for (const [, reference] of text.matchAll(/(?:\bfrom|\bimport)\s*["'`](\.{0,2}\/[^"'`]+\.js)["'`]/g)) scripts(resolve(reference, path), found);
  const sets = new Map();
  // A locale's file says so by its own name, or by the name of its source in a glob's map: "./strings/en/inbox.ts": () => import("./inbox-1a2b.js").
  for (const [, source, reference] of text.matchAll(/(?:["'`]([^"'`]*)["'`]:[^"'`]{0,40})?\bimport\(\s*["'`](\.{0,2}\/[^"'`]+\.js)["'`]/g)) {
    const file = resolve(reference, path);
    const locale = LOCALES.exec(basename(file))?.[1] ?? /\/(zh-CN|zh-TW|en)\//.exec(source ?? '')?.[1];
    if (locale && !found.has(file)) sets.set(locale, [...(sets.get(locale) ?? []), file]);
  }
  const heaviest = [...sets.values()].map((files) => files.map((file) => [file, weigh(file)])).sort((a, b) => total(b) - total(a))[0];
  for (const [file, bytes] of heaviest ?? []) found.set(file, bytes);
  return found;
}
const total = (pairs) => [...pairs].reduce((sum, [, bytes]) => sum + bytes, 0);

/** What an HTML page names: scripts (followed) and style sheets. */
function page(path) {
  const text = read(path);
  const js = new Map();
  const css = new Map();
  for (const [, reference] of text.matchAll(/<script\b[^>]*\bsrc="([^"]+)"/g)) scripts(resolve(reference, path), js);
  for (const [tag, reference] of text.matchAll(/<link\b[^>]*\bhref="([^"]+)"[^>]*>/g)) {
    if (/rel="modulepreload"/.test(tag)) scripts(resolve(reference, path), js);
    if (/rel="stylesheet"/.test(tag)) css.set(resolve(reference, path), weigh(resolve(reference, path)));
  }
  return { js, css };
}

const rows = [];
const check = (what, limit, parts) => rows.push({ what, bytes: total(parts), limit, parts });
check('loader w.js', 3_000, [['w.js', weigh('w.js')]]);
const widget = page('widget/index.html');
check('widget first load, JS', 20_000, widget.js);
check('widget first load, CSS', 4_000, widget.css);
/** The proof of work: the piece of the page and its worker, loaded when a desk asks for it. */
const proof = readdirSync(join(out, 'widget/assets')).filter((file) => /^(solve|worker)[-.].*js$/.test(file));
check('widget proof of work, later', 2_000, proof.map((file) => [file, weigh(`widget/assets/${file}`)]));
const console_ = existsSync(join(out, 'index.html')) ? page('index.html') : undefined;
if (console_) check('console first load, JS + CSS', 200_000, [...console_.js, ...console_.css]);

for (const { what, bytes, limit, parts } of rows) {
  console.log(`${bytes > limit ? 'OVER' : 'ok  '} ${what}: ${(bytes / 1000).toFixed(2)} of ${limit / 1000} KB gz`);
  if (process.argv.includes('--list')) for (const [file, part] of parts) console.log(`       ${(part / 1000).toFixed(2)} ${file}`);
}
const lazy = existsSync(join(out, 'widget/assets')) ? readdirSync(join(out, 'widget/assets')).filter((file) => file.endsWith('.js') && !widget.js.has(`widget/assets/${file}`) && !LOCALES.test(file)) : [];
if (lazy.length) console.log(`     widget, loaded later: ${lazy.map((file) => `${file} ${(weigh(`widget/assets/${file}`) / 1000).toFixed(2)}`).join(', ')}`);
if (!console_) console.log('     no console in this build');
process.exit(rows.some(({ bytes, limit }) => bytes > limit) ? 1 : 0);
