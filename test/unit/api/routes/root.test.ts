import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type ApiServer, startApiServer } from '../../../support/api-server.js';

const BROWSER = 'text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8';

describe('GET /', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer({ storeOrigin: async () => 'https://bucket.s3.test' });
  });
  afterAll(() => server.stop());

  const get = (accept: string, at = server) => fetch(at.baseUrl, { headers: { accept } });

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
    expect(await response.json()).toMatchObject({ name: 'longhaul', auth: { mode: 'none' } });
  });

  it.each([BROWSER, 'text/html', 'text/*'])('sends a page for %s', async (accept) => {
    const response = await get(accept);
    expect(response.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(response.headers.get('vary')).toMatch(/\bAccept\b/);
    const html = await response.text();
    expect(html).toContain('0.0.0');
    expect(html).toContain('href="docs/"');
    expect(html).not.toMatch(/<script|<style|style=/);
    expect(response.headers.get('content-security-policy')).toBe(
      "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;connect-src 'self';" +
        "frame-src 'self' https://bucket.s3.test;form-action 'none';base-uri 'none';frame-ancestors 'none';" +
        "require-trusted-types-for 'script'",
    );
  });

  it('allows the API at another address', async () => {
    const http = { ...HTTP, publicUrl: 'https://api.test/prefix' };
    const other = await startApiServer({ http });
    const policy = (await get(BROWSER, other)).headers.get('content-security-policy');
    expect(policy).toContain("connect-src 'self' https://api.test wss://api.test;");
    expect(policy).toContain("frame-src 'self' https://api.test;");
    await other.stop();
  });

  it('sends the page while no link can be signed', async () => {
    const other = await startApiServer({ storeOrigin: () => Promise.reject(new Error('no credentials')) });
    const response = await get(BROWSER, other);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-security-policy')).toContain("frame-src 'self';");
    await other.stop();
  });
});

const HTTP = { trustProxy: 0, corsOrigins: ['*'], requestTimeoutMs: 5_000, linkTtlSeconds: 300 };
