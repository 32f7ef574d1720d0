import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import express, { Router } from 'express';
import { NoAuthenticator } from '../../../../src/api/auth/no-authenticator.js';
import { StreamTickets } from '../../../../src/api/auth/stream-tickets.js';
import { authenticated } from '../../../../src/api/auth/authenticated.js';
import { problems, routeNotFound } from '../../../../src/api/http/problems.js';
import { rateLimited, RequestCounts } from '../../../../src/api/middleware/rate-limit.js';
import { requestId } from '../../../../src/api/middleware/request-id.js';
import { ticketed } from '../../../../src/api/auth/ticketed.js';
import type { Authenticator } from '../../../../src/api/auth/principal.js';
import { LonghaulError } from '../../../../src/contract/errors.js';
import { createLogger } from '../../../../src/telemetry/logger.js';
import { close, listen } from '../../../support/raw-http.js';

describe('rateLimited', () => {
  let server: Server;
  let url: string;
  beforeEach(async () => {
    server = createServer();
    url = `http://127.0.0.1:${await listen(server)}`;
  });
  afterEach(() => close(server));

  const tickets = new StreamTickets(['a secret of thirty-two characters']);
  function serve(
    maxRequests: number,
    trustProxy = 0,
    authenticator: Authenticator = new NoAuthenticator([]),
  ) {
    const app = express();
    app.set('trust proxy', trustProxy);
    app.use(requestId);
    app.get('/livez', (_req, res) => void res.json({}));
    const authenticate = ticketed(tickets, authenticated(authenticator));
    app.use('/v1', rateLimited({ windowMs: 60_000, maxRequests }, authenticate));
    app.use(
      '/v1',
      Router().get('/thing', (_req, res) => void res.json({})),
    );
    app.use(routeNotFound, problems(createLogger('silent', 'test')));
    server.on('request', app);
  }

  const get = (path: string, headers: Record<string, string> = {}) => fetch(`${url}${path}`, { headers });
  const as = (user: string, path = '/v1/thing') => get(path, { 'x-user-id': user });
  /** Fails to authenticate, because user ids contain no spaces. */
  const fail = (headers: Record<string, string> = {}) => get('/v1/thing', { 'x-user-id': 'a b', ...headers });
  const statuses = async (requests: (() => Promise<Response>)[]) => {
    const seen: number[] = [];
    for (const request of requests) seen.push((await request()).status);
    return seen;
  };
  const times = (count: number, request: () => Promise<Response>) =>
    Array.from({ length: count }, () => request);

  it('counts per user and reports the remaining requests', async () => {
    serve(2);
    const first = await as('ada');
    expect(Object.fromEntries(first.headers)).toMatchObject({
      'ratelimit-limit': '2',
      'ratelimit-remaining': '1',
      'ratelimit-policy': '2;w=60',
      'ratelimit-reset': expect.stringMatching(/^(60|5\d)$/),
    });
    expect((await as('ada', '/v1/nothing')).headers.get('ratelimit-remaining')).toBe('0');

    const refused = await as('ada');
    expect(refused.status).toBe(429);
    expect(refused.headers.get('content-type')).toContain('application/problem+json');
    expect(refused.headers.get('retry-after')).toMatch(/^([5-8]\d|90)$/);
    expect(refused.headers.get('ratelimit-remaining')).toBe('0');
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED', instance: '/v1/thing' });
    expect((await as('grace')).status).toBe(200);
  });

  it('resets the count after the window', async () => {
    serve(1);
    expect(await statuses(times(2, () => as('ada')))).toEqual([200, 429]);
    const now = performance.now();
    const clock = jest.spyOn(performance, 'now').mockImplementation(() => now + 60_001);
    try {
      expect((await as('ada')).status).toBe(200);
    } finally {
      clock.mockRestore();
    }
  });

  it('does not limit routes without authentication', async () => {
    serve(1);
    expect(await statuses(times(5, () => get('/livez')))).toEqual([200, 200, 200, 200, 200]);
    expect((await get('/livez')).headers.has('ratelimit-limit')).toBe(false);
  });

  it('is disabled by zero', async () => {
    serve(0);
    expect((await as('ada')).headers.has('ratelimit-limit')).toBe(false);
    expect(new Set(await statuses(times(150, fail)))).toEqual(new Set([401]));
  });

  it('blocks an address after too many failures', async () => {
    serve(1);
    const failed = await statuses(times(101, fail));
    expect(failed.slice(0, 100)).toEqual(Array.from({ length: 100 }, () => 401));
    expect(failed[100]).toBe(429);
    const right = await as('ada');
    expect(right.status).toBe(429);
    expect(right.headers.get('retry-after')).toMatch(/^([5-8]\d|90)$/);
  });

  it('accepts proved keys from a blocked address', async () => {
    const keys = { 'Bearer right': 'ada', 'Bearer other': 'bob' };
    serve(1_000, 0, {
      authenticate: async ({ authorization }) => {
        const userId = keys[authorization as keyof typeof keys];
        if (!userId) throw new LonghaulError('UNAUTHENTICATED', 'Unknown key.');
        return { userId, admin: false };
      },
      isAdmin: () => false,
    });
    const withKey = (authorization: string) => () => get('/v1/thing', { authorization });
    expect((await withKey('Bearer right')()).status).toBe(200);
    expect((await statuses(times(1_001, withKey('Bearer wrong')))).at(-1)).toBe(429);
    expect(await statuses([withKey('Bearer right'), withKey('Bearer other')])).toEqual([200, 429]);
    delete (keys as Partial<typeof keys>)['Bearer right'];
    expect((await withKey('Bearer right')()).status).toBe(429);
  });

  it('remembers only the key that was proved', async () => {
    let checks = 0;
    serve(1_000, 0, {
      authenticate: async (headers) => {
        checks++;
        if (headers['x-api-key'] !== 'right') throw new LonghaulError('UNAUTHENTICATED', 'Unknown key.');
        return { userId: 'ada', admin: false };
      },
      isAdmin: () => false,
    });
    // Credentials for a proxy, equal for all clients.
    const authorization = 'Basic cHJveHk6cHJveHk=';
    const withKey = (key: string) => () => get('/v1/thing', { authorization, 'x-api-key': key });
    expect((await withKey('right')()).status).toBe(200);
    const ticket = tickets.issue('job', 'ada');
    const stream = await get(`/v1/download/jobs/job/events?ticket=${ticket}`, { 'x-api-key': 'wrong' });
    expect(stream.status).toBe(404);
    await statuses(times(1_000, withKey('wrong')));
    const before = checks;
    expect(await statuses(times(3, withKey('wrong')))).toEqual([429, 429, 429]);
    expect(checks).toBe(before);
    expect((await withKey('right')()).status).toBe(200);
  });

  it('counts no successful logins against the address', async () => {
    serve(1);
    const users = Array.from({ length: 150 }, (_, i) => () => as(`user-${i}`));
    expect(new Set(await statuses(users))).toEqual(new Set([200]));
    expect((await fail()).status).toBe(401);
  });

  it('counts an IPv6 /56 as one address', async () => {
    serve(1, 1);
    const from = (address: string) => () => fail({ 'x-forwarded-for': address });
    await statuses(
      Array.from({ length: 100 }, (_, i) => from(`2001:db8:1:${(i % 16).toString(16)}::${i + 1}`)),
    );
    expect(await statuses([from('2001:db8:1:ff::1'), from('2001:db8:2::1')])).toEqual([429, 401]);
  });

  it('ignores X-Forwarded-For without a trusted proxy', async () => {
    serve(1);
    const requests = Array.from({ length: 101 }, (_, i) => () => fail({ 'x-forwarded-for': `10.0.0.${i}` }));
    expect((await statuses(requests)).at(-1)).toBe(429);
  });
});

describe('RequestCounts', () => {
  it('evicts the least recently seen client', () => {
    const counts = new RequestCounts(60_000);
    for (let i = 0; i <= 100_000; i++) counts.increment(`user-${i}`);
    expect(counts.get('user-0')).toBeUndefined();
    expect(counts.get('user-1')?.totalHits).toBe(1);
    expect(counts.increment('user-100000').totalHits).toBe(2);
  });
});
