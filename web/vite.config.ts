import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { brotliCompress, gzip } from 'node:zlib';
import { defineConfig, loadEnv, type Plugin } from 'vite';

const path = (relative: string) => fileURLToPath(new URL(relative, import.meta.url));

/** A running API, for the development server. */
const api = loadEnv('', path('.'), 'LONGHAUL_')['LONGHAUL_URL'] ?? 'http://127.0.0.1:3000';

/** Writes compressed copies beside scripts and styles, so that the API compresses nothing while it serves. */
const compressedCopies: Plugin = {
  name: 'compressed-copies',
  apply: 'build',
  async writeBundle({ dir = '' }, bundle) {
    const names = Object.keys(bundle).filter((name) => /\.(?:js|css|svg)$/.test(name));
    await Promise.all(
      names.map(async (name) => {
        const file = join(dir, name);
        const content = await readFile(file);
        await writeFile(`${file}.br`, await promisify(brotliCompress)(content));
        await writeFile(`${file}.gz`, await promisify(gzip)(content, { level: 9 }));
      }),
    );
  },
};

/** Sends the question of the page for JSON at `/` to the API, and that of the browser for HTML to Vite. */
const bypassPage = (req: { headers: { accept?: string | undefined } }) =>
  req.headers.accept?.includes('text/html') ? '/index.html' : undefined;

export default defineConfig({
  root: path('.'),
  // Relative addresses work behind a proxy with a path prefix.
  base: './',
  plugins: [compressedCopies],
  resolve: {
    alias: [
      // The sources, so that the page reloads when the parts change, and needs no compiled client.
      { find: /^longhaul\/(client|react|query)$/, replacement: path('../clients/src/$1/index.ts') },
      { find: 'longhaul/styles.css', replacement: path('../clients/styles.css') },
    ],
  },
  server: {
    proxy: {
      '^/(?:v1|health|livez|readyz|docs|openapi\\.json)(?:[/?]|$)': { target: api, ws: true },
      '^/(?:\\?.*)?$': { target: api, bypass: bypassPage },
    },
  },
  build: {
    outDir: path('../dist/web'),
    emptyOutDir: true,
    target: 'es2023',
    // The first ones with `light-dark()`, which would be lowered to twice its size otherwise.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    rolldownOptions: {
      // The compression takes longest, and may.
      checks: { pluginTimings: false },
      // `use client` is for frameworks with server components, which a page is not.
      onLog: (level, log, handle) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && handle(level, log),
    },
  },
});
