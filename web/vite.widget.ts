// The visitor's chat: the iframe app (also the full page /chat), one script and one style sheet.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here('./widget'),
  base: '/widget/',
  resolve: { alias: { $shared: here('./shared') } },
  build: {
    outDir: `${process.env.UI_OUT ?? here('./dist')}/widget`, emptyOutDir: false, target: 'es2022', modulePreload: false, cssCodeSplit: false, assetsInlineLimit: 0,
    // Customers' phones are older than agents' desktops.
    cssTarget: ['chrome100', 'safari15.4', 'firefox100'],
    // What the first message needs is one file; only strings and the lazy pieces are apart.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'chat', test: /preact|shared|src[\\/]app[\\/](?!extra|Menu|Rating|stream)/ }] } } },
  },
});
