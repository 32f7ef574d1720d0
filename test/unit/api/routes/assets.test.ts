import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { get as getRaw } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { brotliCompressSync, brotliDecompressSync, gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiServer, appDependencies, startApiServer } from '../../../support/api-server.js';

const SCRIPT = 'console.log("hello");'.repeat(20);

describe('GET /assets', () => {
  let folder: string;
  let server: ApiServer;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-assets-'));
    await mkdir(join(folder, 'web/assets/below'), { recursive: true });
    const write = (name: string, content: string | Buffer) => writeFile(join(folder, name), content);
    await write('secret.txt', 'secret');
    await write('web/index.html', 'page');
    await write('web/assets/.hidden.js', 'hidden');
    await write('web/assets/below/a.js', 'below');
    await write('web/assets/page-1a2b.js', SCRIPT);
    await write('web/assets/page-1a2b.js.br', brotliCompressSync(SCRIPT));
    await write('web/assets/page-1a2b.js.gz', gzipSync(SCRIPT));
    await write('web/assets/page-3c4d.css', 'p{}');
    await write('web/assets/icon-5e6f.png', 'png');
    server = await startApiServer({ pageFolder: join(folder, 'web') });
  });
  afterAll(async () => {
    await Promise.all([server.stop(), rm(folder, { recursive: true })]);
  });

  const get = (file: string, init: RequestInit = {}) => fetch(`${server.baseUrl}/assets/${file}`, init);
  /** Gets the script as it is sent; `fetch` would decode it. */
  const getEncoded = (accepted?: string) =>
    new Promise<{ coding: string | undefined; type: string | undefined; body: Buffer }>((resolve, reject) => {
      const headers = accepted === undefined ? {} : { 'accept-encoding': accepted };
      getRaw(`${server.baseUrl}/assets/page-1a2b.js`, { headers }, (response) => {
        const { 'content-encoding': coding, 'content-type': type } = response.headers;
        buffer(response).then((body) => resolve({ coding, type, body }), reject);
      }).on('error', reject);
    });

  it.each([
    ['page-1a2b.js', 'text/javascript; charset=utf-8'],
    ['page-3c4d.css', 'text/css; charset=utf-8'],
    ['icon-5e6f.png', 'image/png'],
  ])('sends %s to keep forever', async (file, type) => {
    for (const method of ['GET', 'HEAD']) {
      const { status, headers } = await get(file, { method });
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe(type);
      expect(headers.get('cache-control')).toBe('public, max-age=31536000, immutable');
      expect(headers.get('vary')).toContain('Accept-Encoding');
      expect(headers.get('content-security-policy')).toContain("default-src 'self'");
      expect(headers.get('x-content-type-options')).toBe('nosniff');
    }
  });

  const plain = (body: Buffer) => body;
  it.each([
    ['gzip, deflate, br, zstd', 'br', brotliDecompressSync],
    ['*', 'br', brotliDecompressSync],
    ['gzip', 'gzip', gunzipSync],
    ['br;q=0, gzip', 'gzip', gunzipSync],
    ['identity', undefined, plain],
    ['zstd', undefined, plain],
    ['', undefined, plain],
    [undefined, undefined, plain],
  ])('sends a client that accepts %j the coding %s', async (accepted, expected, decode) => {
    const { coding, type, body } = await getEncoded(accepted);
    expect(coding).toBe(expected);
    expect(type).toBe('text/javascript; charset=utf-8');
    expect(decode(body).toString()).toBe(SCRIPT);
  });

  it('sends a file without copies as it is', async () => {
    const response = await get('page-3c4d.css', { headers: { 'accept-encoding': 'br, gzip' } });
    expect(response.headers.get('content-encoding')).toBeNull();
    expect(await response.text()).toBe('p{}');
  });

  it.each([
    '',
    'unknown.js',
    'page-1a2b.js.br',
    'page-1a2b.js.gz',
    '.hidden.js',
    'below',
    'below/a.js',
    '../index.html',
    '..%2findex.html',
    '%2e%2e%2f%2e%2e%2fsecret.txt',
    '..%5c..%5csecret.txt',
    'page-1a2b.js%00',
    '%ff',
  ])('answers %j with a problem document', async (file) => {
    const answer = await server.raw(`GET /assets/${file} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1\.1 404 /);
    expect(answer).toContain('ROUTE_NOT_FOUND');
    expect(answer).not.toMatch(/content-encoding|immutable/i);
  });

  it('allows reading only', async () => {
    const response = await get('page-1a2b.js', { method: 'POST' });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it('has no rate limit', async () => {
    const rateLimit = { windowMs: 60_000, maxRequests: 1 };
    const other = await startApiServer({ pageFolder: join(folder, 'web'), rateLimit });
    for (let i = 0; i < 3; i++) {
      expect((await fetch(`${other.baseUrl}/assets/page-1a2b.js`)).status).toBe(200);
    }
    await other.stop();
  });

  it('answers 404 without a build', async () => {
    const other = await startApiServer(appDependencies());
    expect((await fetch(`${other.baseUrl}/assets/page-1a2b.js`)).status).toBe(404);
    await other.stop();
  });
});
