import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Where `npm run dev` finds the API: a server started by hand. */
const api = process.env.LIFELOOM_API ?? 'http://127.0.0.1:8080';

export default defineConfig({
  plugins: [react()],
  html: { cspNonce: '%NONCE%' },
  build: {
    target: 'es2022',
    manifest: false,
    // The server's Content-Security-Policy has no `data:` for scripts and styles.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
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
