import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { ApiKeyAuthenticator } from '../../../../src/api/auth/api-key-authenticator.js';
import { ApiKeySource } from '../../../../src/api/auth/api-key-source.js';
import { SignIns } from '../../../../src/api/auth/sign-ins.js';
import { StreamTickets } from '../../../../src/api/auth/stream-tickets.js';
import type { SignInLink } from '../../../../src/contract/http/sign-in-schemas.js';
import { createLogger } from '../../../../src/telemetry/logger.js';
import { TokenSigner } from '../../../../src/secrets/signed-token.js';
import { type ApiServer, startApiServer } from '../../../support/api-server.js';
import { FakeJobs } from '../../../support/fake-jobs.js';

const SECRET = 'the secret of thirty-two characters';
const TTL_MS = 43_200_000;
const entry = (user: string, key: string) =>
  `${user}=sha256:${createHash('sha256').update(key).digest('hex')}\n`;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const OWN_PAGE = { 'sec-fetch-site': 'same-origin' };

describe('sign-in', () => {
  let server: ApiServer;
  let folder: string;
  let file: string;
  let now: number;
  const jobs = new FakeJobs();

  beforeEach(async () => {
    now = Date.now();
    folder = await mkdtemp(join(tmpdir(), 'longhaul-sign-in-'));
    file = join(folder, 'keys');
    await writeFile(file, entry('ada', 'key-of-ada') + entry('root', 'key-of-root'));
    server = await start();
  });
  afterEach(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const start = async (changes: Parameters<typeof startApiServer>[0] = {}) => {
    const logger = createLogger('silent', 'test');
    const source = await ApiKeySource.open({ entries: [], file, logger }, () => now);
    const authenticator = new ApiKeyAuthenticator(source, ['root']);
    return startApiServer({
      authMode: 'api-key',
      authenticator,
      signIns: new SignIns([SECRET], TTL_MS, authenticator.keys, () => now),
      jobs: { ...notUsed, view: jobs.view },
      ...changes,
    });
  };
  const notUsed = {
    start: () => Promise.reject(new Error('no')),
    cancel: () => Promise.reject(new Error('no')),
    files: () => Promise.reject(new Error('no')),
  };
  const ask = (method: string, path: string, headers: Record<string, string> = {}, at = server) =>
    fetch(`${at.baseUrl}${path}`, { method, headers });
  const cookieOf = (response: Response) => response.headers.get('set-cookie')!.split(';')[0]!;
  const signedIn = async (key = 'key-of-ada') => cookieOf(await ask('POST', '/v1/sign-in', bearer(key)));
  const me = async (headers: Record<string, string>, at = server) => {
    const response = await ask('GET', '/v1/me', headers, at);
    return response.ok ? ((await response.json()) as { userId: string }).userId : response.status;
  };

  it('sets a cookie that pages cannot read', async () => {
    const response = await ask('POST', '/v1/sign-in', bearer('key-of-ada'));
    expect(response.status).toBe(204);
    expect(response.headers.get('cache-control')).toBe('no-store');
    const cookie = response.headers.get('set-cookie')!;
    expect(cookie).toMatch(
      /^longhaul=[\w.-]+; Max-Age=43200; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Strict$/,
    );
    expect(cookie).not.toContain(createHash('sha256').update('key-of-ada').digest('hex'));
    expect(await me({ cookie: cookieOf(response), ...OWN_PAGE })).toBe('ada');
    expect(await me({ cookie: `theme=dark; ${cookieOf(response)}; x=1`, ...OWN_PAGE })).toBe('ada');
  });

  it('uses a host cookie over https', async () => {
    const at = await start({ http: { ...HTTP, trustProxy: 1 } });
    const https = { 'x-forwarded-proto': 'https' };
    const response = await ask('POST', '/v1/sign-in', { ...bearer('key-of-ada'), ...https }, at);
    const cookie = response.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^__Host-longhaul=.*; Path=\/;.*; HttpOnly; Secure; SameSite=Strict$/);
    expect(await me({ cookie: cookieOf(response), ...https, ...OWN_PAGE }, at)).toBe('ada');
    // Browsers send the header over https.
    expect(await me({ cookie: cookieOf(response), ...https }, at)).toBe(401);
    const plain = cookieOf(response).replace('__Host-', '');
    expect(await me({ cookie: plain, ...https, ...OWN_PAGE }, at)).toBe(401);
    const removed = await ask('DELETE', '/v1/sign-in', https, at);
    expect(removed.headers.get('set-cookie')).toMatch(
      /^__Host-longhaul=; Path=\/; Expires=Thu, 01 Jan 1970.*Secure/,
    );
    await at.stop();
  });

  it('ends on the way out, without credentials', async () => {
    const response = await ask('DELETE', '/v1/sign-in');
    expect(response.status).toBe(204);
    expect(response.headers.get('set-cookie')).toMatch(/^longhaul=; Path=\/; Expires=Thu, 01 Jan 1970/);
    expect((await ask('GET', '/v1/sign-in')).headers.get('allow')).toBe('POST, DELETE');
  });

  it.each<[string, string, Record<string, string>, number]>([
    ['GET', 'from our page', { 'sec-fetch-site': 'same-origin' }, 200],
    ['GET', 'typed by a person', { 'sec-fetch-site': 'none' }, 200],
    ['GET', 'over plain http', {}, 200],
    ['GET', 'from the same site', { 'sec-fetch-site': 'same-site' }, 401],
    ['GET', 'from another site', { 'sec-fetch-site': 'cross-site' }, 401],
    ['GET', 'from another origin', { origin: 'https://evil.test' }, 401],
    ['GET', 'with two headers', { 'sec-fetch-site': 'same-origin, cross-site' }, 401],
    ['POST', 'from our page', { 'sec-fetch-site': 'same-origin' }, 404],
    ['POST', 'typed by a person', { 'sec-fetch-site': 'none' }, 401],
    ['POST', 'from another site', { 'sec-fetch-site': 'cross-site' }, 401],
    ['POST', 'over plain http without origin', {}, 401],
    ['POST', 'over plain http from our origin', { origin: 'OWN' }, 404],
    ['POST', 'from another origin', { origin: 'https://evil.test' }, 401],
    ['POST', 'from a sandbox', { origin: 'null' }, 401],
  ])('counts %s %s', async (method, _, headers, status) => {
    const cookie = await signedIn();
    const origin = headers['origin'] === 'OWN' ? { origin: server.baseUrl } : {};
    const path = method === 'GET' ? '/v1/me' : '/v1/download/cancel/01890000-0000-7000-8000-000000000000';
    const response = await ask(method, path, { cookie, ...headers, ...origin });
    expect(response.status).toBe(status);
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });

  it('rejects tampered, expired, foreign and doubled cookies', async () => {
    const cookie = await signedIn();
    const token = cookie.slice('longhaul='.length);
    const [payload, mac] = token.split('.') as [string, string];
    const claim = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const forged = Buffer.from(JSON.stringify({ ...claim, userId: 'root' })).toString('base64url');
    const other = new TokenSigner('longhaul browser sign-in v1', ['another secret of thirty-two chars']);
    const ticket = (await linkTicket()).ticket;
    const stream = new StreamTickets([SECRET]).issue('01890000-0000-7000-8000-000000000000', 'ada');
    const values = ['', 'x', `${forged}.${mac}`, `${token}x`, other.sign(claim), ticket, stream, payload];
    for (const value of values) expect(await me({ cookie: `longhaul=${value}`, ...OWN_PAGE })).toBe(401);
    const rooted = await signedIn('key-of-root');
    expect(await me({ cookie: `${cookie}; ${rooted}`, ...OWN_PAGE })).toBe(401);
    expect(await me({ cookie, ...OWN_PAGE })).toBe('ada');
    now += TTL_MS;
    expect(await me({ cookie, ...OWN_PAGE })).toBe(401);
  });

  it('ends with the key', async () => {
    const cookie = await signedIn();
    // The same key of another user is another key.
    await writeFile(file, entry('eve', 'key-of-ada') + entry('ada', 'second key of ada'));
    now += 3_000;
    expect(await me({ cookie, ...OWN_PAGE })).toBe(401);
  });

  it('gives way to a header, right or wrong', async () => {
    const cookie = await signedIn();
    expect(await me({ cookie, ...OWN_PAGE, ...bearer('key-of-root') })).toBe('root');
    expect(await me({ cookie, ...OWN_PAGE, ...bearer('wrong') })).toBe(401);
    expect(await me({ cookie, ...OWN_PAGE, 'x-api-key': 'wrong' })).toBe(401);
  });

  it('gives the operator rights of its user', async () => {
    const failed = async (key: string, headers: Record<string, string> = OWN_PAGE) =>
      (await ask('GET', '/v1/admin/failed', { cookie: await signedIn(key), ...headers })).status;
    expect(await failed('key-of-root')).toBe(200);
    expect(await failed('key-of-ada')).toBe(403);
    expect(await failed('key-of-root', { 'sec-fetch-site': 'cross-site' })).toBe(401);
  });

  it('renews nothing', async () => {
    const cookie = await signedIn('key-of-root');
    for (const path of ['/v1/sign-in', '/v1/sign-in/', '/v1/SIGN-IN', '/v1/sign-in/links', '/v1//sign-in']) {
      expect((await ask('POST', path, { cookie, ...OWN_PAGE })).status).toBe(path.includes('//') ? 404 : 401);
    }
  });

  const linkTicket = async () => {
    const response = await ask('POST', '/v1/sign-in/links', bearer('key-of-ada'));
    expect(response.status).toBe(201);
    const { url, expiresAt } = (await response.json()) as SignInLink;
    const [page, ticket] = url.split('#sign-in=') as [string, string];
    expect(page).toBe(`${server.baseUrl}/`);
    return { ticket, expiresAt };
  };

  it('accepts the ticket of a link for a minute', async () => {
    const { ticket, expiresAt } = await linkTicket();
    expect(Date.parse(expiresAt)).toBe(now + 60_000);
    expect(await me(bearer(ticket))).toBe(401);
    expect((await ask('POST', '/v1/sign-in/links', bearer(ticket))).status).toBe(401);
    const response = await ask('POST', '/v1/sign-in', bearer(ticket));
    expect(response.status).toBe(204);
    expect(await me({ cookie: cookieOf(response), ...OWN_PAGE })).toBe('ada');
    now += 60_000;
    expect((await ask('POST', '/v1/sign-in', bearer(ticket))).status).toBe(401);
  });

  it('ends the ticket of a link with the key', async () => {
    const { ticket } = await linkTicket();
    await writeFile(file, entry('ada', 'second key of ada'));
    now += 3_000;
    expect((await ask('POST', '/v1/sign-in', bearer(ticket))).status).toBe(401);
  });

  it('is shared by servers with the secret', async () => {
    const at = await start();
    expect(await me({ cookie: await signedIn(), ...OWN_PAGE }, at)).toBe('ada');
    await at.stop();
  });

  it('counts with the requests of its user', async () => {
    const at = await start({ rateLimit: { windowMs: 60_000, maxRequests: 3 } });
    const cookie = cookieOf(await ask('POST', '/v1/sign-in', bearer('key-of-ada'), at));
    expect(await me({ cookie, ...OWN_PAGE }, at)).toBe('ada');
    expect(await me(bearer('key-of-ada'), at)).toBe('ada');
    expect(await me({ cookie, ...OWN_PAGE }, at)).toBe(429);
    expect(await me(bearer('key-of-root'), at)).toBe('root');
    await at.stop();
  });

  it('survives the wrong keys of its address', async () => {
    const at = await start({ rateLimit: { windowMs: 60_000, maxRequests: 100 } });
    const cookie = await signedIn();
    expect(await me({ cookie, ...OWN_PAGE }, at)).toBe('ada');
    for (let i = 0; i < 100; i++) await ask('GET', '/v1/me', bearer('guess'), at);
    expect(await me(bearer('key-of-root'), at)).toBe(429);
    expect(await me({ cookie, ...OWN_PAGE }, at)).toBe('ada');
    await at.stop();
  });

  it('opens streams for our own pages only', async () => {
    const jobId = jobs.add('ada');
    const cookie = await signedIn();
    const open = (headers: Record<string, string>) =>
      new Promise<number>((resolve) => {
        const url = `${server.baseUrl.replace('http', 'ws')}/v1/download/jobs/${jobId}/stream`;
        const socket = new WebSocket(url, { headers: { cookie, ...headers } });
        socket.on('open', () => (resolve(101), socket.terminate()));
        socket.on('unexpected-response', (_, { statusCode }) => (resolve(statusCode!), socket.terminate()));
        socket.on('error', () => {});
      });
    expect(await open({ origin: server.baseUrl })).toBe(101);
    expect(await open({ origin: server.baseUrl, ...OWN_PAGE })).toBe(101);
    expect(await open({ origin: 'https://evil.test' })).toBe(401);
    expect(await open({ origin: 'https://evil.test', ...OWN_PAGE })).toBe(401);
    expect(await open({ origin: server.baseUrl, 'sec-fetch-site': 'cross-site' })).toBe(401);
    expect(await open({})).toBe(401);
    const events = await ask('GET', `/v1/download/jobs/${jobId}/events`, { cookie, ...OWN_PAGE });
    expect(events.status).toBe(200);
    await events.body?.cancel();
  });

  it('is absent where no one signs in', async () => {
    const at = await startApiServer();
    for (const [method, path] of [
      ['POST', '/v1/sign-in'],
      ['DELETE', '/v1/sign-in'],
      ['POST', '/v1/sign-in/links'],
    ] as const) {
      const response = await ask(method, path, {}, at);
      expect(response.status).toBe(404);
      expect(await response.json()).toMatchObject({ code: 'ROUTE_NOT_FOUND' });
    }
    const cookie = await signedIn();
    expect(await me({ cookie, ...OWN_PAGE }, at)).toBe('anonymous');
    await at.stop();
  });
});

const HTTP = {
  publicUrl: undefined,
  trustProxy: 0,
  corsOrigins: ['*'],
  requestTimeoutMs: 5_000,
  linkTtlSeconds: 300,
};
