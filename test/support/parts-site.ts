import { resolve } from 'node:path';
import { build } from 'esbuild';
import { Receiver } from './receiver.js';

const HTML = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Photos</title>
<link rel="stylesheet" href="/parts.css">
<div id="app"></div>
<script type="module" src="/parts.js"></script>
</html>`;

const PAGE_CSS = `:root { color-scheme: light dark; } body { margin: 16px; font-family: system-ui; }`;

const TYPES: Record<string, string> = { js: 'text/javascript', css: 'text/css' };

/**
 * Serves a page with every React part, under a strict policy.
 * @param apiUrl origin of the API, if it is another one.
 */
export async function startPartsSite(apiUrl = ''): Promise<Receiver> {
  const files = await bundle();
  const policy = [
    "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; require-trusted-types-for 'script'",
    `connect-src 'self' ${apiUrl} ${apiUrl.replace('http', 'ws')}`,
    `frame-src 'self' ${apiUrl}`,
  ].join('; ');
  return Receiver.start((request, response) => {
    const { pathname } = new URL(request.path, 'http://site');
    const file = files.get(pathname);
    response.setHeader('content-type', `${TYPES[pathname.split('.').at(-1)!] ?? 'text/html'}; charset=utf-8`);
    if (pathname === '/') response.setHeader('content-security-policy', policy);
    response.end(file ?? HTML);
  });
}

async function bundle(): Promise<Map<string, string>> {
  const { outputFiles } = await build({
    entryPoints: [resolve('test/support/pages/parts.jsx')],
    bundle: true,
    format: 'esm',
    jsx: 'automatic',
    outdir: '/',
    write: false,
    define: { 'process.env.NODE_ENV': '"development"' },
  });
  const styles = await build({
    stdin: { contents: "@import 'longhaul/styles.css';", loader: 'css', resolveDir: resolve('.') },
    bundle: true,
    write: false,
  });
  return new Map([
    ['/parts.js', outputFiles[0]!.text],
    ['/parts.css', `${styles.outputFiles[0]!.text}${PAGE_CSS}`],
  ]);
}
