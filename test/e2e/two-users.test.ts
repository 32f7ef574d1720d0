import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { StreamTickets } from '../../src/api/auth/stream-tickets.js';
import type { DownloadStatus, StartedDownload } from '../../src/contract/http/answers.js';
import { type Issuer, startIssuer } from '../support/issuer.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

/** Every route about one job. */
const JOB_ROUTES: ['GET' | 'POST', string][] = [
  ['GET', '/v1/download/status/:jobId'],
  ['GET', '/v1/download/:jobId'],
  ['GET', '/v1/download/:jobId/files'],
  ['POST', '/v1/download/cancel/:jobId'],
  ['GET', '/v1/download/jobs/:jobId'],
];

/** Every other route that needs authentication, with a valid body. */
const OTHER_ROUTES: ['GET' | 'POST', string, object?][] = [
  ['POST', '/v1/download/initiate', { fileId: 70_000 }],
  ['POST', '/v1/download/check', { fileId: 70_000 }],
];

/** The streams of a job, which also accept a ticket. */
const STREAM_ROUTES = ['/v1/download/jobs/:jobId/events', '/v1/download/jobs/:jobId/stream'];

const TICKET_SECRET = 'ticket-secret-of-32-characters-or-more';
const UNKNOWN_JOB = '01890000-0000-7000-8000-000000000000';

const keyEntry = (user: string, key: string) =>
  `${user}=sha256:${createHash('sha256').update(key).digest('hex')}`;
const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

interface Problem {
  status: number;
  code: string;
  detail: string;
  instance?: string;
  requestId?: string;
}

/** A problem document without fields that differ per request. */
async function problemOf(response: Response): Promise<Problem> {
  const { instance: _instance, requestId: _requestId, ...problem } = (await response.json()) as Problem;
  return problem;
}

/** The problem document that rejects a WebSocket, or a note that it opened. */
function openSocket(url: string, headers: Record<string, string>): Promise<Problem | 'opened'> {
  const socket = new WebSocket(url, { headers });
  return new Promise((fulfil, reject) => {
    socket.once('error', reject);
    socket.once('open', () => {
      fulfil('opened');
      socket.close();
    });
    socket.once('unexpected-response', async (_req, res) => {
      const status = res.statusCode!;
      const body = Buffer.concat(await res.toArray()).toString();
      fulfil(problemOf(new Response(body, { status })));
    });
  });
}

describeWith(await locateTemporalCli(), 'user isolation', (temporalCli) => {
  const ada = bearer('ada-key');
  const grace = bearer('grace-key');
  let stack: Stack;
  let folder: string;
  let keysFile: string;
  /** Ada's jobs: one completed, one waiting for a worker. */
  let completed: StartedDownload;
  let waiting: StartedDownload;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-users-'));
    keysFile = join(folder, 'keys');
    await writeFile(keysFile, `# keys\n${keyEntry('grace', 'grace-key')}\n`);
    const env = {
      AUTH_MODE: 'api-key',
      API_KEYS: keyEntry('ada', 'ada-key'),
      API_KEYS_FILE: keysFile,
      STREAM_TICKET_SECRET: TICKET_SECRET,
    };
    stack = await Stack.start({ temporalCli, env });
    await stack.store.write('downloads/70000', Buffer.from('hello'));
    completed = await start(ada, { fileId: 70_000 });
    await waitFor('the job to complete', async () => (await statusOf(completed, ada)).status === 'completed');
    await stack.workers[0]!.kill();
    waiting = await start(ada, { fileId: 70_000 });
  });
  afterAll(async () => {
    await stack?.stop();
    await rm(folder, { recursive: true });
  });

  async function start(
    headers: Record<string, string>,
    body: object,
    key?: Record<string, string>,
  ): Promise<StartedDownload> {
    const response = await stack.post('/v1/download/initiate', body, { ...headers, ...key });
    expect(response.status).toBe(202);
    return (await response.json()) as StartedDownload;
  }

  const statusOf = async ({ jobId }: { jobId: string }, headers: Record<string, string>) =>
    (await (await stack.request(`/v1/download/status/${jobId}`, { headers })).json()) as DownloadStatus;

  function ask(
    method: string,
    path: string,
    headers: Record<string, string>,
    { jobId = UNKNOWN_JOB, query = '' } = {},
  ): Promise<Response> {
    return stack.request(path.replace(':jobId', jobId) + query, { method, headers });
  }

  describe.each(JOB_ROUTES)('%s %s', (method, path) => {
    it('answers alike for foreign and unknown jobs', async () => {
      const unknown = await problemOf(await ask(method, path, grace));
      expect(unknown).toMatchObject({ status: 404, code: 'JOB_NOT_FOUND' });
      for (const job of [completed, waiting]) {
        const response = await ask(method, path, grace, job);
        expect(response.headers.has('retry-after')).toBe(false);
        expect(await problemOf(response)).toEqual(unknown);
      }
    });

    it('serves the owner', async () => {
      const response = await ask(method, path, ada, completed);
      expect([200, 302, 409]).toContain(response.status);
      await response.body?.cancel();
    });
  });

  describe.each([...JOB_ROUTES, ...OTHER_ROUTES])('%s %s', (method, path) => {
    it('rejects every invalid key with the same text', async () => {
      const ticket = new URL(waiting.streamUrl).searchParams.get('ticket')!;
      const without = await ask(method, path, {}, waiting);
      expect(without.headers.get('www-authenticate')).toBe('Bearer');
      const refused = await problemOf(without);
      expect(refused).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
      const bad: Record<string, string>[] = [
        bearer('unknown-key'),
        { 'x-api-key': 'unknown-key' },
        { ...ada, 'x-api-key': 'grace-key' },
        bearer(ticket),
      ];
      for (const headers of bad) {
        const response = await ask(method, path, headers, waiting);
        expect(response.headers.get('www-authenticate')).toBe('Bearer error="invalid_token"');
        expect(await problemOf(response)).toEqual(refused);
      }
      const nameAlone = await ask(method, path, { 'x-user-id': 'ada' }, waiting);
      expect(await problemOf(nameAlone)).toEqual(refused);
      const inQuery = await ask(method, path, {}, { jobId: waiting.jobId, query: `?ticket=${ticket}` });
      expect(await problemOf(inQuery)).toEqual(refused);
    });
  });

  describe.each(STREAM_ROUTES)('%s', (path) => {
    const tickets = new StreamTickets([TICKET_SECRET]);
    const ticketFor = (jobId: string, userId: string) => `?ticket=${tickets.issue(jobId, userId)}`;

    /** The first message of the stream, or a problem document. */
    async function open(headers: Record<string, string>, { jobId = UNKNOWN_JOB, query = '' } = {}) {
      const url = stack.baseUrl + path.replace(':jobId', jobId) + query;
      if (path.endsWith('/stream')) return openSocket(url.replace('http', 'ws'), headers);
      const response = await fetch(url, { headers });
      if (response.status !== 200) return problemOf(response);
      await response.body!.cancel();
      return 'opened';
    }

    it('answers alike for foreign and unknown jobs', async () => {
      const unknown = await open(grace);
      expect(unknown).toMatchObject({ status: 404, code: 'JOB_NOT_FOUND' });
      expect(await open({}, { query: ticketFor(UNKNOWN_JOB, 'grace') })).toEqual(unknown);
      for (const { jobId } of [completed, waiting]) {
        expect(await open(grace, { jobId })).toEqual(unknown);
        expect(await open({}, { jobId, query: ticketFor(jobId, 'grace') })).toEqual(unknown);
        expect(await open(ada, { jobId, query: ticketFor(jobId, 'grace') })).toEqual(unknown);
      }
    });

    it('opens for the owner by key and ticket', async () => {
      for (const { jobId } of [completed, waiting]) {
        expect(await open(ada, { jobId })).toBe('opened');
        expect(await open({}, { jobId, query: ticketFor(jobId, 'ada') })).toBe('opened');
      }
    });

    it('rejects missing credentials and invalid tickets', async () => {
      const { jobId } = waiting;
      const attempts: [Record<string, string>, string][] = [
        [{}, ''],
        [bearer('unknown-key'), ''],
        [{ 'x-user-id': 'ada' }, ''],
        [{}, '?ticket='],
        [{}, ticketFor(completed.jobId, 'ada')],
        [{}, `?ticket=${new StreamTickets(['another secret of 32 characters!']).issue(jobId, 'ada')}`],
        [ada, '?ticket=x.y'],
      ];
      for (const [headers, query] of attempts) {
        expect(await open(headers, { jobId, query })).toMatchObject({ status: 401, code: 'UNAUTHENTICATED' });
      }
    });
  });

  it('leaves the jobs of other users unchanged', async () => {
    expect(await statusOf(completed, ada)).toMatchObject({ status: 'completed' });
    expect(await statusOf(waiting, ada)).toMatchObject({ status: 'queued' });
  });

  it('takes the user only from the key', async () => {
    const { jobId } = await start({ ...grace, 'x-user-id': 'ada' }, { fileId: 70_000 });
    expect((await ask('GET', '/v1/download/status/:jobId', grace, { jobId })).status).toBe(200);
    expect((await ask('GET', '/v1/download/status/:jobId', ada, { jobId })).status).toBe(404);
  });

  it('separates idempotency keys of users', async () => {
    const key = { 'idempotency-key': 'order-4711' };
    const first = await start(ada, { fileId: 70_000 }, key);
    const second = await start(grace, { fileId: 70_001 }, key);
    expect(second.jobId).not.toBe(first.jobId);
    expect((await start(ada, { fileId: 70_000 }, key)).jobId).toBe(first.jobId);
  });

  it('limits tickets to their own job', async () => {
    const tickets = new StreamTickets([TICKET_SECRET]);
    const theirs = await start(grace, { fileId: 70_000 });
    for (const url of [waiting.streamUrl, waiting.eventsUrl]) {
      const ticket = new URL(url).searchParams.get('ticket')!;
      expect(tickets.verify(ticket, waiting.jobId)).toBe('ada');
      expect(() => tickets.verify(ticket, theirs.jobId)).toThrow('not valid');
    }
  });

  it('prevents forging a link to another job', async () => {
    const { downloadUrl } = await statusOf(completed, ada);
    expect((await fetch(downloadUrl!)).status).toBe(200);
    const [payload, mac] = downloadUrl!.split('/').at(-1)!.split('.') as [string, string];
    const claim = JSON.parse(Buffer.from(payload, 'base64url').toString()) as object;
    const other = Buffer.from(JSON.stringify({ ...claim, key: 'downloads/70000' })).toString('base64url');
    const ticket = new URL(waiting.streamUrl).searchParams.get('ticket')!;
    for (const token of [`${other}.${mac}`, ticket]) {
      const response = await stack.request(`/v1/objects/${token}`);
      const problem = (await response.json()) as Problem;
      expect(problem).toMatchObject({ status: 403, code: 'LINK_INVALID', instance: '/v1/objects/…' });
    }
  });

  it('picks up new keys at run time', async () => {
    expect((await ask('GET', '/v1/download/status/:jobId', bearer('grace-new'))).status).toBe(401);
    await writeFile(keysFile, `${keyEntry('grace', 'grace-new')}\n`);
    await waitFor('the new key to be good', async () => {
      return (await ask('GET', '/v1/download/status/:jobId', bearer('grace-new'))).status === 404;
    });
    expect((await ask('GET', '/v1/download/status/:jobId', grace)).status).toBe(401);
  });

  it('stops the service when its keys are invalid', async () => {
    const wrong = join(folder, 'wrong');
    await writeFile(wrong, `${keyEntry('ada', 'ada-key')}\n\nhunter2\n`);
    const env = {
      ...process.env,
      AUTH_MODE: 'api-key',
      API_KEYS_FILE: wrong,
      STREAM_TICKET_SECRET: TICKET_SECRET,
      DATA_DIR: folder,
    };
    const run = promisify(execFile)(process.execPath, [resolve('dist/api/server.js')], { env });
    const failure = (await run.catch((error: unknown) => error)) as { code: number; stderr: string };
    expect(failure).toMatchObject({
      code: 1,
      stderr:
        'These settings are wrong:\n' +
        '  API_KEYS_FILE line 3 must be user=sha256:HEX, the SHA-256 of a key in 64 hex digits\n',
    });
  });
});

describeWith(await locateTemporalCli(), 'JWT user', (temporalCli) => {
  let stack: Stack;
  let issuer: Issuer;
  beforeAll(async () => {
    issuer = await startIssuer();
    stack = await Stack.start({ temporalCli, env: { ...issuer.env, STREAM_TICKET_SECRET: TICKET_SECRET } });
    await stack.store.write('downloads/70000', Buffer.from('hello'));
  });
  afterAll(() => stack?.stop());

  it.each([
    ['a plain name', 'ada'],
    ['the longest name there may be, with an archive named as long', '日'.repeat(85)],
    ['a name beyond the basic plane', '🎉 '.repeat(40)],
  ])('downloads under %s', async (_, userId) => {
    const headers = bearer(await issuer.tokenOf(userId));
    const body = { fileId: 70_000, archive: { name: '本'.repeat(248) } };
    const response = await stack.post('/v1/download/initiate', body, headers);
    expect(response.status).toBe(202);
    const { statusUrl } = (await response.json()) as StartedDownload;
    await waitFor('the job to complete', async () => {
      const status = (await (await fetch(statusUrl, { headers })).json()) as DownloadStatus;
      return status.status === 'completed';
    });
    const stranger = bearer(await issuer.tokenOf('another user'));
    expect((await fetch(statusUrl, { headers: stranger })).status).toBe(404);
  });

  it('gets 503, not 401, while the issuer is down', async () => {
    const token = await issuer.tokenOf('ada');
    await issuer.stop();
    const another = await stack.startAnotherApi();
    const response = await fetch(`${another}/v1/download/status/${UNKNOWN_JOB}`, { headers: bearer(token) });
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
    expect(response.headers.has('www-authenticate')).toBe(false);
    expect(await problemOf(response)).toMatchObject({ status: 503, code: 'AUTH_UNAVAILABLE' });
    // The first server keeps using its cached keys.
    const known = await stack.request(`/v1/download/status/${UNKNOWN_JOB}`, { headers: bearer(token) });
    expect(known.status).toBe(404);
  });
});
