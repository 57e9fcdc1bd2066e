// Runs the tests of the pure modules (*.test.ts beside the code): built as they are shipped, run by Node's own test runner.
// Arguments narrow the files by name: `node scripts/units.mjs merge`.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const web = fileURLToPath(new URL('..', import.meta.url));
const wanted = process.argv.slice(2);
const files = ['console/src', 'widget/src', 'shared']
  .flatMap((folder) => readdirSync(join(web, folder), { recursive: true, encoding: 'utf8' }).map((file) => join(web, folder, file)))
  .filter((file) => file.endsWith('.test.ts') && (wanted.length === 0 || wanted.some((part) => file.includes(part))));
if (files.length === 0) throw new Error('no test file fits');

const outDir = mkdtempSync(join(tmpdir(), 'candor-units-'));
try {
  await build({
    root: web, configFile: false, logLevel: 'warn', resolve: { alias: { $shared: join(web, 'shared') } },
    build: { ssr: true, outDir, emptyOutDir: true, target: 'node20', minify: false, rollupOptions: {
      input: Object.fromEntries(files.map((file) => [relative(web, file).replace(/[/\\]/g, '.').replace(/\.ts$/, ''), file])),
      output: { entryFileNames: '[name].mjs', chunkFileNames: 'part-[hash].mjs' },
    } },
  });
  const built = readdirSync(outDir).filter((file) => file.endsWith('.test.mjs')).map((file) => join(outDir, file));
  const run = spawnSync(process.execPath, ['--test', ...built], { stdio: 'inherit' });
  process.exitCode = run.status ?? 1;
} finally {
  rmSync(outDir, { recursive: true, force: true });
}
