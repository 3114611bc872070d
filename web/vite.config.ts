import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';
import { kept } from './worker/kept.mjs';

/** Where `npm run dev` finds the API: a server started by hand. */
const api = process.env.LIFELOOM_API ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react(), kept()],
  // No page uses the kit's own forms, whose validation every input of it would bring along.
  resolve: { alias: { '@rc-component/async-validator': new URL('src/ui/nothing.ts', import.meta.url).pathname } },
  html: { cspNonce: '%NONCE%' },
  build: {
    target: 'es2022',
    manifest: false,
    // The server's Content-Security-Policy has no `data:` for scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The worker stands at the root, under a name that stays: what it may see are the addresses below its own.
    rollupOptions: {
      input: { index: 'index.html', sw: 'worker/sw.ts' },
      output: { entryFileNames: ({ name }) => (name === 'sw' ? 'sw.js' : 'assets/[name]-[hash].js') },
    },
    // Budgets are measured compressed, by `scripts/budget.mjs`.
    chunkSizeWarningLimit: 2000,
  },
  server: {
    host: '127.0.0.1',
    proxy: { '/api': api },
  },
  // No test measures time; a machine that does other things besides is no reason to fail.
  test: { include: ['src/**/*.test.{ts,tsx}'], testTimeout: 120_000 },
});
