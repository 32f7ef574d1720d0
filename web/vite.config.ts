import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

export default defineConfig({
  root: path('.'),
  // Relative addresses work behind a proxy with a path prefix.
  base: './',
  resolve: {
    alias: [
      // The sources, so that the page reloads when the parts change, and needs no compiled client.
      { find: /^longhaul\/(client|react|query)$/, replacement: path('../clients/src/$1/index.ts') },
      { find: 'longhaul/styles.css', replacement: path('../clients/styles.css') },
    ],
  },
  build: {
    outDir: path('../dist/web'),
    emptyOutDir: true,
    target: 'es2023',
    rolldownOptions: {
      // `use client` is for frameworks with server components, which a page is not.
      onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
    },
  },
});
