// The agents' console: one page, hashed assets under /console/.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Rolldown } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** What the first screen needs without asking again: one file of it, instead of eighty small ones. */
function startOf(graph: Rolldown.ChunkingContext): Set<string> {
  const found = new Set<string>();
  const waiting = [here('./console/src/main.ts')];
  for (let id = waiting.pop(); id !== undefined; id = waiting.pop()) {
    if (found.has(id)) continue;
    found.add(id);
    waiting.push(...(graph.getModuleInfo(id)?.importedIds ?? []));
  }
  return found;
}
let start: Set<string> | undefined;
const first: Rolldown.CodeSplittingNameFunction = (id, graph) => {
  start ??= startOf(graph);
  return start.has(id) ? 'start' : null;
};

export default defineConfig({
  root: here('./console'),
  base: '/',
  plugins: [svelte()],
  resolve: { alias: { $shared: here('./shared') } },
  build: {
    outDir: process.env.UI_OUT ?? here('./dist'), emptyOutDir: false, assetsDir: 'console', target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0,
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: first, debugName: 'start' }] } } },
  },
  server: { proxy: { '/api': { target: process.env.CANDOR_URL ?? 'http://127.0.0.1:8080', ws: true } } },
});
