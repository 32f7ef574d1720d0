import { randomUUID } from 'node:crypto';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { problemSchema } from '../../../src/contract/http/answers.js';
import { locateNginx, Nginx } from '../../support/nginx.js';
import { close, exchange, listen } from '../../support/raw-http.js';
import { describeWith } from '../../support/require-server.js';
import { waitFor } from '../../support/wait-for.js';
import { readDocument } from '../../unit/docs/markdown.js';

const JOB = randomUUID();
const LIMITS = `
limit_req_zone $binary_remote_addr zone=requests:10m rate=100000r/s;
map $request_method $starter { default ''; POST $binary_remote_addr; }
limit_req_zone $starter zone=starts:10m rate=1r/m;
`;
/** Trusts the test itself, as if it were a load balancer. */
const TRUSTING = `set_real_ip_from 127.0.0.1;
real_ip_header X-Forwarded-For;
geo $realip_remote_addr $trusted_proxy { default 0; 127.0.0.1 1; }
`;

interface Seen {
  method: string;
  url: string;
  headers: IncomingHttpHeaders;
}

describeWith(await locateNginx(), 'nginx', (program) => {
  const seen: Seen[] = [];
  /** Servers that close the connection instead of answering. */
  const silent = new Set<number>();
  const servers: Server[] = [];
  const apis: string[] = [];
  const running: Nginx[] = [];

  async function standIn(): Promise<void> {
    const index = servers.length;
    const server = createServer((req, res) => {
      seen.push({ method: req.method!, url: req.url!, headers: req.headers });
      if (silent.has(index)) req.socket.destroy();
      else req.resume().once('end', () => res.writeHead(req.url === '/sick' ? 503 : 200).end('answered'));
    });
    servers.push(server);
    apis.push(`127.0.0.1:${await listen(server)}`);
  }

  async function start(more: Partial<Parameters<typeof Nginx.start>[0]> = {}): Promise<Nginx> {
    const nginx = await Nginx.start({ program, apis, ...more });
    running.push(nginx);
    return nginx;
  }

  let nginx: Nginx;
  beforeAll(async () => {
    await standIn();
    await standIn();
    nginx = await start();
  });
  afterEach(() => {
    seen.length = 0;
    silent.clear();
  });
  afterAll(async () => {
    await Promise.all(running.map((each) => each.stop()));
    await Promise.all(servers.map(close));
  });

  const send = (path: string, init: RequestInit = {}, to = nginx) => fetch(`${to.baseUrl}${path}`, init);
  const headersOf = async (headers: Record<string, string>, to = nginx) => {
    await (await send('/v1/me', { headers }, to)).text();
    return seen.at(-1)!.headers;
  };

  describe('headers', () => {
    it('replaces the address that a client claims', async () => {
      const claimed = { 'x-forwarded-for': '1.2.3.4', 'x-real-ip': '1.2.3.4', 'cf-connecting-ip': '1.2.3.4' };
      expect((await headersOf(claimed))['x-forwarded-for']).toBe('127.0.0.1');
      expect(await nginx.log()).not.toContain('1.2.3.4');
    });

    it('takes the address from a trusted proxy', async () => {
      const trusting = await start({ realIp: TRUSTING });
      const headers = await headersOf(
        { 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'https' },
        trusting,
      );
      expect(headers).toMatchObject({ 'x-forwarded-for': '1.2.3.4', 'x-forwarded-proto': 'https' });
      expect((await send('/readyz', {}, trusting)).status).toBe(200);
    });

    it('believes no scheme of a client', async () => {
      expect((await headersOf({ 'x-forwarded-proto': 'https' }))['x-forwarded-proto']).toBe('http');
    });

    it('keeps a safe request id', async () => {
      expect((await headersOf({ 'x-request-id': 'a-Z.0_9' }))['x-request-id']).toBe('a-Z.0_9');
    });

    it.each(['with space', 'quote"', '<b>', 'x'.repeat(129)])('replaces the request id %s', async (id) => {
      expect((await headersOf({ 'x-request-id': id }))['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
    });

    it('keeps the host and its port', async () => {
      const host = `127.0.0.1:${nginx.port}`;
      expect(await headersOf({})).toMatchObject({ host, 'x-forwarded-host': host });
    });

    it('forwards no offer of h2c', async () => {
      const offer = 'connection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk';
      await exchange(
        nginx.port,
        `GET /v1/me HTTP/1.1\r\nhost: x\r\n${offer}\r\n\r\n`.replace('Upgrade,', 'close, Upgrade,'),
      );
      expect(seen.at(-1)!.headers.upgrade).toBeUndefined();
    });
  });

  describe('repetition', () => {
    const KEY = { 'idempotency-key': 'k' };

    /** Returns the status of an answer, and how many servers saw the request, while one of two is silent. */
    async function disturbed(method: string, path: string, headers: Record<string, string> = {}) {
      const outcomes = new Set<string>();
      // Requests alternate between the two servers, so two requests meet the silent one at least once.
      for (const quiet of [0, 1]) {
        silent.clear();
        silent.add(quiet);
        for (let i = 0; i < 2; i++) {
          seen.length = 0;
          const { status } = await send(path, {
            method,
            headers,
            ...(method === 'POST' ? { body: '{}' } : {}),
          });
          outcomes.add(`${status} after ${seen.length}`);
        }
      }
      return outcomes;
    }

    it.each([
      ['GET', '/v1/me', {}],
      ['GET', `/v1/download/status/${JOB}`, {}],
      ['GET', `/v1/download/status/${JOB}?waitMs=100`, {}],
      ['GET', `/v1/download/jobs/${JOB}`, { prefer: 'wait=1' }],
      ['GET', `/v1/download/${JOB}`, {}],
      ['GET', '/v1/download/jobs', {}],
      ['DELETE', '/v1/sign-in', {}],
      ['POST', '/v1/download/initiate', KEY],
      ['POST', '/v1/download/jobs', KEY],
      ['POST', '/v1/download/check', {}],
      ['POST', '/v1/download/estimate', {}],
      ['POST', `/v1/download/cancel/${JOB}`, {}],
    ])('reaches another server with %s %s %j', async (method, path, headers) => {
      const outcomes = await disturbed(method, path, headers);
      expect([...outcomes].filter((outcome) => !outcome.startsWith('200 '))).toEqual([]);
      expect(outcomes).toContain('200 after 2');
    });

    it.each([
      '/v1/download/initiate',
      '/v1/download/jobs',
      '/v1/download/start',
      `/v1/download/retry/${JOB}`,
    ])('starts nothing twice without a key at %s', async (path) => {
      expect(await disturbed('POST', path)).toEqual(new Set(['200 after 1', '503 after 1']));
    });
  });

  describe('answers of its own', () => {
    it.each([
      ['GET', '/v1/me', {}],
      ['GET', `/v1/download/status/${JOB}`, {}],
      ['GET', `/v1/download/status/${JOB}?waitMs=100`, {}],
      ['GET', `/v1/download/jobs/${JOB}/events`, {}],
      ['GET', `/v1/download/${JOB}`, {}],
      ['GET', '/v1/objects/a.b.c', {}],
      ['POST', '/v1/download/initiate', {}],
      ['POST', '/v1/download/initiate', { 'idempotency-key': 'k' }],
      ['POST', '/v1/download/start', {}],
    ])('says 503 to %s %s %j without servers', async (method, path, headers) => {
      silent.add(0).add(1);
      const response = await send(path, { method, headers: { ...headers, 'x-request-id': 'mine' } });
      expect(response.status).toBe(503);
      expect(Object.fromEntries(response.headers)).toMatchObject({
        'content-type': 'application/problem+json',
        'retry-after': expect.stringMatching(/^[23]$/),
        'cache-control': 'no-store',
        'x-request-id': 'mine',
        'access-control-allow-origin': '*',
      });
      expect(problemSchema.parse(await response.json())).toMatchObject({
        code: 'SERVER_UNAVAILABLE',
        status: 503,
        instance: path.split('?')[0],
        requestId: 'mine',
      });
    });

    it('says 429 beyond the rate of starts', async () => {
      const limited = await start({ limits: LIMITS });
      const post = (path: string) => send(path, { method: 'POST', body: '{}' }, limited);
      const answers = await Promise.all(
        Array.from({ length: 110 }, (_, i) => post(`/v1/download/${i % 2 ? 'initiate' : 'start'}`)),
      );
      const refused = answers.filter(({ status }) => status === 429);
      expect(refused.length).toBe(9);
      expect(refused[0]!.headers.get('retry-after')).toMatch(/^[12]$/);
      expect(problemSchema.parse(await refused[0]!.json())).toMatchObject({
        code: 'RATE_LIMITED',
        status: 429,
      });
      expect((await send('/v1/download/jobs', {}, limited)).status).toBe(200);
    });

    it('says 413 to a body beyond 9 MiB', async () => {
      const body = 'x'.repeat(9 * 1024 * 1024 + 1);
      const response = await send('/v1/download/initiate', { method: 'POST', body });
      expect(problemSchema.parse(await response.json())).toMatchObject({
        code: 'BODY_TOO_LARGE',
        status: 413,
      });
    });

    it.each(['/livez', '/readyz', '/metrics', '/metrics/'])('hides %s', async (path) => {
      expect((await send(path)).status).toBe(404);
      expect(seen).toEqual([]);
    });
  });

  it('logs no query, link, key or cookie', async () => {
    silent.add(0).add(1);
    const headers = {
      authorization: 'Bearer SECRET',
      cookie: 'c=SECRET',
      'x-api-key': 'SECRET',
      referer: 'SECRET',
    };
    for (const path of ['/v1/objects/SECRET?s=SECRET', `/v1/download/jobs/${JOB}/events?ticket=SECRET`]) {
      await (await send(path, { headers })).text();
    }
    const log = await nginx.log();
    expect(log).toContain(`/v1/download/jobs/${JOB}/events`);
    expect(log).not.toContain('SECRET');
  });

  it('logs its own errors as operators search them', async () => {
    const [, pattern] = /grep -cE '(.*)'/.exec(readDocument('docs/operations.md'))!;
    const own = new RegExp(pattern!);
    const fresh = await start();
    silent.add(0);
    for (const path of ['/well', '/well', '/sick', '/sick']) await (await send(path, {}, fresh)).text();
    silent.add(1);
    for (const path of ['/gone', '/gone?waitMs=1']) await (await send(path, {}, fresh)).text();
    const lines = async () => (await fresh.log()).match(/^.*"path":"\/(well|sick|gone)".*$/gm) ?? [];
    await waitFor('six lines', async () => (await lines()).length === 6);
    expect((await lines()).map((line) => own.test(line))).toEqual([false, false, false, false, true, true]);
  });
});
