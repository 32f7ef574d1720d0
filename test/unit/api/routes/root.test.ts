import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiServer, appDependencies, startApiServer } from '../../../support/api-server.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';
const PAGE = '<!doctype html><title>Longhaul</title><script type="module" src="./assets/a.js"></script>';

describe('GET /', () => {
  let pageFolder: string;
  let server: ApiServer;
  beforeAll(async () => {
    pageFolder = await mkdtemp(join(tmpdir(), 'longhaul-page-'));
    await writeFile(join(pageFolder, 'index.html'), PAGE);
    server = await startApiServer({ pageFolder, storeOrigin: async () => 'https://bucket.s3.test' });
  });
  afterAll(async () => {
    await Promise.all([server.stop(), rm(pageFolder, { recursive: true })]);
  });

  const get = (accept: string, at = server, init: { method?: string } = {}) =>
    fetch(at.baseUrl, { ...init, headers: { accept } });
  /** Returns the status line. Not by `fetch`, which asks for the whole answer when it is given an ETag. */
  const getAgain = async (accept: string, etag: string, at = server) => {
    const headers = `Host: a\r\nAccept: ${accept}\r\nIf-None-Match: ${etag}\r\nConnection: close`;
    return (await at.raw(`GET / HTTP/1.1\r\n${headers}\r\n\r\n`)).split('\r\n', 1)[0];
  };

  it.each([
    '*/*',
    'application/json',
    'application/json, text/html',
    'application/*',
    'image/png',
    'text/css',
  ])('sends JSON for %s', async (accept) => {
    const response = await get(accept);
    expect(response.status).toBe(200);
    expect(response.headers.get('vary')).toMatch(/\bAccept\b/);
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(await response.json()).toMatchObject({ name: 'longhaul', auth: { mode: 'none' } });
  });

  it.each([BROWSER, 'text/html', 'text/*'])('sends the page for %s', async (accept) => {
    const response = await get(accept);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('vary')).toMatch(/\bAccept\b/);
    expect(response.headers.get('cache-control')).toBe('no-cache');
    expect(await response.text()).toBe(PAGE);
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';" +
        "frame-src 'self' https://bucket.s3.test;form-action 'none';base-uri 'none';frame-ancestors 'none';" +
        "require-trusted-types-for 'script'",
    );
  });

  it('answers HEAD with the headers of the page', async () => {
    const [head, page] = await Promise.all([get(BROWSER, server, { method: 'HEAD' }), get(BROWSER)]);
    expect(await head.text()).toBe('');
    const compared = ['etag', 'content-type', 'content-length', 'content-security-policy'];
    for (const name of compared) expect(head.headers.get(name)).toBe(page.headers.get(name));
  });

  it('sends an unchanged page once', async () => {
    const etag = (await get(BROWSER)).headers.get('etag')!;
    expect(await getAgain(BROWSER, etag)).toBe('HTTP/1.1 304 Not Modified');
    expect(await getAgain('*/*', etag)).toBe('HTTP/1.1 200 OK');
  });

  it('sends the page again when its policy changed', async () => {
    const other = await startApiServer({ pageFolder });
    const etag = (await get(BROWSER)).headers.get('etag')!;
    expect(await getAgain(BROWSER, etag, other)).toBe('HTTP/1.1 200 OK');
    await other.stop();
  });

  it('allows the API at another address', async () => {
    const http = { ...appDependencies().http, publicUrl: 'https://api.test/prefix' };
    const other = await startApiServer({ pageFolder, http });
    const policy = (await get(BROWSER, other)).headers.get('content-security-policy');
    expect(policy).toContain("connect-src 'self' https://api.test wss://api.test;");
    expect(policy).toContain("frame-src 'self' https://api.test;");
    await other.stop();
  });

  it('sends the page while no link can be signed', async () => {
    const storeOrigin = () => Promise.reject(new Error('no credentials'));
    const other = await startApiServer({ pageFolder, storeOrigin });
    const response = await get(BROWSER, other);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain("frame-src 'self';");
    await other.stop();
  });

  it('says how to build a missing page', async () => {
    const other = await startApiServer({ pageFolder: join(pageFolder, 'missing') });
    const response = await get(BROWSER, other);
    expect(response.status).toBe(503);
    expect(response.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(await response.text()).toContain('`npm run build`');
    expect((await get('*/*', other)).status).toBe(200);
    await other.stop();
  });
});
