// w.js, the one script a host page loads: plain TypeScript, no framework, one file without a hash.
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  build: {
    outDir: process.env.UI_OUT ?? here('./dist'), emptyOutDir: false, target: 'es2020',
    lib: { entry: here('./widget/src/loader/main.ts'), formats: ['iife'], name: 'CandorLoader', fileName: () => 'w.js' },
  },
});
