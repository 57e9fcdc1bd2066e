// The agents' console: one page, hashed assets under /console/.
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('./console'),
  base: '/',
  plugins: [svelte()],
  resolve: { alias: { $shared: here('./shared') } },
  build: { outDir: process.env.UI_OUT ?? here('./dist'), emptyOutDir: false, assetsDir: 'console', target: 'es2022', modulePreload: { polyfill: false }, assetsInlineLimit: 0 },
  server: { proxy: { '/api': { target: process.env.CANDOR_URL ?? 'http://127.0.0.1:8080', ws: true } } },
});
