// Holds every crate that is built in against deny.toml: its licence, its name, where it comes from.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const rules = readFileSync('deny.toml', 'utf8');
const allowed = new Set([.../^allow = \[([^\]]*)\]/m.exec(rules)[1].matchAll(/"([^"]+)"/g)].map((found) => found[1]));
const banned = new Set([...rules.matchAll(/\{ crate = "([^"]+)"/g)].map((found) => found[1]));

/** Whether an SPDX expression can be met: OR needs one side, AND needs both. `/` is how old crates write OR. */
function meets(expression) {
  const tokens = expression.replaceAll('/', ' OR ').match(/\(|\)|[^\s()]+/g);
  const any = () => { let met = all(); while (tokens[0] === 'OR') { tokens.shift(); met = all() || met; } return met; };
  const all = () => { let met = one(); while (tokens[0] === 'AND') { tokens.shift(); met = one() && met; } return met; };
  const one = () => {
    const token = tokens.shift();
    if (token === '(') { const met = any(); tokens.shift(); return met; }
    if (tokens[0] === 'WITH') { tokens.shift(); return allowed.has(`${token} WITH ${tokens.shift()}`); }
    return allowed.has(token);
  };
  return any();
}

const metadata = JSON.parse(execFileSync('cargo', ['metadata', '--format-version=1', '--locked', '--filter-platform=x86_64-unknown-linux-gnu'], { maxBuffer: 1 << 28 }));
// The filter still lists what only other platforms need; the resolved graph does not.
const built = new Set(metadata.resolve.nodes.map((node) => node.id));
const faults = [];
for (const { id, name, version, license, source } of metadata.packages.filter((one) => built.has(one.id))) {
  const fault = (why) => faults.push(`${name} ${version}: ${why}`);
  if (source && !/^(registry|sparse)\+/.test(source)) fault(`comes from ${source}`);
  if (banned.has(name)) fault('is banned');
  if (!license || !meets(license)) fault(`has the licence ${license ?? 'of nobody'}`);
}
for (const fault of faults) console.error(fault);
console.log(`${built.size} crates, ${faults.length} against the rules.`);
process.exitCode = faults.length > 0 ? 1 : 0;
