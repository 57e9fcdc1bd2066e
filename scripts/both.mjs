// Fails when a test that belongs on both databases did not pass on both. Takes the log of `cargo test`; the names come from
// the sources, so that a test that was not run at all is missed too.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';

const log = readFileSync(process.argv[2], 'utf8');
const passed = new Map();
for (const [, name, database] of log.matchAll(/^test (?:.*::)?(\w+)::(sqlite|postgres) \.\.\. ok$/gm)) {
  passed.set(`${name} on ${database}`, (passed.get(`${name} on ${database}`) ?? 0) + 1);
}

const wanted = new Map();
for (const path of readdirSync('crates', { recursive: true })) {
  if (!path.endsWith('.rs')) continue;
  const source = readFileSync(join('crates', path), 'utf8').replace(/^\s*\/\/.*$/gm, '');
  for (const [, name] of source.matchAll(/\b(?:db|app)_test!\s*[({]\s*(?:#\[[^\]]*\]\s*)*(\w+)\s*,/g)) wanted.set(name, (wanted.get(name) ?? 0) + 1);
}

const missing = [];
for (const [name, times] of wanted) {
  for (const database of ['sqlite', 'postgres']) {
    const ran = passed.get(`${name} on ${database}`) ?? 0;
    if (ran < times) missing.push(`${name} on ${database}: ${ran} of ${times}`);
  }
}
for (const one of missing) console.error(`did not pass: ${one}`);
console.log(`${wanted.size} tests belong on both databases, ${missing.length} did not pass there.`);
process.exitCode = missing.length > 0 || wanted.size === 0 ? 1 : 0;
