// The visitor's chat: the iframe app (also the full page /chat), one script and one style sheet.
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin } from 'vite';

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The tokens are shared with the console; what the widget's own rules never ask for stays behind. */
const unasked: Plugin = {
  name: 'drop-unasked-tokens',
  enforce: 'post',
  generateBundle(_, bundle) {
    for (const file of Object.values(bundle)) {
      if (file.type !== 'asset' || !file.fileName.endsWith('.css')) continue;
      let css = String(file.source);
      for (let before = ''; before !== css;) {
        before = css;
        css = css.replace(/(--[\w-]+):[^;{}]*(;|(?=\}))/g, (all, name: string) => (before.includes(`var(${name})`) || before.includes(`var(${name},`) ? all : ''));
      }
      file.source = css;
    }
  },
};

export default defineConfig({
  root: here('./widget'),
  base: '/widget/',
  plugins: [unasked],
  resolve: { alias: { $shared: here('./shared') } },
  build: {
    outDir: `${process.env.UI_OUT ?? here('./dist')}/widget`, emptyOutDir: false, target: 'es2022', modulePreload: false, cssCodeSplit: false, assetsInlineLimit: 0,
    // Customers' phones are older than agents' desktops.
    cssTarget: ['chrome100', 'safari15.4', 'firefox100'],
    // What the first message needs is one file; only strings and the lazy pieces are apart.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'chat', test: /preact|shared|src[\\/]app[\\/](?!extra|Menu|[Mm]ail|Rating|stream)/ }] } } },
  },
});
