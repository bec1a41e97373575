import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig } from 'vite';

// `npm run dev` serves the page alone and asks a server on the usual port for everything else.
const server = process.env.LOGSVC_URL ?? 'http://127.0.0.1:3004';

export default defineConfig({
  plugins: [svelte()],
  build: { target: 'es2022', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
  server: { proxy: { '/loki': { target: server, ws: true }, '/api': server } },
});
