// Builds console, widget, loader and demo page into UI_OUT (default web/dist) and packs each text file beside itself as .br and .gz,
// so that the server only hands out bytes.
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync, cpSync, existsSync } from 'node:fs';
import { join, extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, gzipSync, constants } from 'node:zlib';
import { build } from 'vite';

const web = fileURLToPath(new URL('..', import.meta.url));
const out = process.env.UI_OUT ?? join(web, 'dist');
process.env.UI_OUT = out;
rmSync(out, { recursive: true, force: true });
await import('./types.mjs');
for (const config of ['vite.console.ts', 'vite.widget.ts', 'vite.loader.ts']) {
  await build({ configFile: join(web, config), logLevel: 'warn' });
}
if (existsSync(join(web, 'demo'))) cpSync(join(web, 'demo'), join(out, 'demo'), { recursive: true });

const packed = new Set(['.js', '.css', '.html', '.svg', '.json', '.webmanifest', '.txt']);
function pack(folder) {
  for (const name of readdirSync(folder)) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) { pack(path); continue; }
    if (!packed.has(extname(path))) continue;
    const bytes = readFileSync(path);
    writeFileSync(`${path}.gz`, gzipSync(bytes, { level: 9 }));
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
  }
}
pack(out);
