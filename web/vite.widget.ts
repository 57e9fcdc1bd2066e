// The visitor's chat: the iframe app (also the full page /chat), one script and one style sheet.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('./widget'),
  base: '/widget/',
  plugins: [svelte()],
  resolve: { alias: { $shared: here('./shared') } },
  build: { outDir: `${process.env.UI_OUT ?? here('./dist')}/widget`, emptyOutDir: false, target: 'es2022', modulePreload: { polyfill: false }, cssCodeSplit: false, assetsInlineLimit: 0 },
});
