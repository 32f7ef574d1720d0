import { afterEach, describe, expect, it } from '@jest/globals';
import type { AppDependencies } from '../../../src/api/dependencies.js';
import { LonghaulError } from '../../../src/contract/errors.js';
import { type ApiServer, appDependencies, startApiServer } from '../../support/api-server.js';

const LIMITED = [
  '/',
  '/docs',
  '/docs/',
  '/docs/swagger-ui.css',
  '/openapi.json',
  '/nowhere',
  '/v1/nowhere',
  '/v1/objects/token',
  '/v1/download/jobs',
];

describe('createApp', () => {
  let server: ApiServer;
  afterEach(() => server.stop());

  const start = async (maxRequests: number, changes: Partial<AppDependencies> = {}) => {
    server = await startApiServer({
      rateLimit: { windowMs: 60_000, maxRequests },
      localLinks: { openLink: () => Promise.reject(new LonghaulError('LINK_INVALID', 'no')) },
      ...changes,
    });
  };
  const get = (path: string, headers = {}, method = 'GET') =>
    fetch(`${server.baseUrl}${path}`, { headers, method, redirect: 'manual' });
  const limitsOf = ({ headers }: Response) =>
    ['limit', 'remaining'].map((name) => headers.get(`ratelimit-${name}`));

  it.each(LIMITED)('reports the limit at %s', async (path) => {
    await start(100);
    expect(limitsOf(await get(path))).toEqual(['100', '99']);
    expect(limitsOf(await get(path, {}, 'PUT'))).toEqual(['100', '98']);
  });

  it.each(LIMITED)('limits %s', async (path) => {
    await start(1);
    await get(path);
    const refused = await get(path);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.headers.get('retry-after')).toMatch(/^([5-8]\d|90)$/);
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED' });
  });

  it.each(['/health', '/livez', '/readyz'])('does not limit %s', async (path) => {
    await start(1);
    for (let i = 0; i < 3; i++) {
      const response = await get(path);
      expect([response.status, ...limitsOf(response)]).toEqual([200, null, null]);
    }
  });

  it('counts requests of users apart from those without', async () => {
    await start(2);
    expect(limitsOf(await get('/v1/download/jobs'))).toEqual(['2', '1']);
    expect(limitsOf(await get('/'))).toEqual(['2', '1']);
    expect(limitsOf(await get('/v1/nowhere'))).toEqual(['2', '0']);
    expect(limitsOf(await get('/openapi.json'))).toEqual(['2', '0']);
  });

  it('has no limit without the setting', async () => {
    await start(0);
    for (const path of LIMITED) expect(limitsOf(await get(path))).toEqual([null, null]);
  });

  const HSTS = 'strict-transport-security';
  it('asks for HTTPS after a request by HTTPS', async () => {
    await start(0, { http: { ...appDependencies().http, trustProxy: 1 } });
    for (const path of ['/', '/livez', '/v1/download/jobs', '/nowhere']) {
      const secure = await get(path, { 'x-forwarded-proto': 'https' });
      expect(secure.headers.get(HSTS)).toBe('max-age=31536000');
      expect((await get(path)).headers.has(HSTS)).toBe(false);
      expect((await get(path, { 'x-forwarded-proto': 'http' })).headers.has(HSTS)).toBe(false);
    }
  });

  it('trusts no X-Forwarded-Proto without a proxy', async () => {
    await start(0);
    expect((await get('/', { 'x-forwarded-proto': 'https' })).headers.has(HSTS)).toBe(false);
  });
});
