import { createHash, randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { EventSource } from 'eventsource';
import { WebSocket } from 'ws';
import type { DownloadStatus, StartedDownload } from '../../../src/contract/http/answers.js';
import { problemSchema } from '../../../src/contract/http/answers.js';
import { locateNginx } from '../../support/nginx.js';
import { ProxiedStack } from '../../support/proxied-stack.js';
import { describeWith } from '../../support/require-server.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { readWithPython } from '../../support/unpack.js';
import { waitFor } from '../../support/wait-for.js';

const KEY = 'the-key-of-ada';
const HASH = createHash('sha256').update(KEY).digest('hex');
const AUTH = { authorization: `Bearer ${KEY}` };

describeWith(
  [await locateTemporalCli(), await locateNginx()],
  'service behind nginx',
  (temporalCli, nginx) => {
    let proxied: ProxiedStack;
    beforeAll(async () => {
      const env = {
        AUTH_MODE: 'api-key',
        API_KEYS: `ada=sha256:${HASH}`,
        RATE_LIMIT_MAX_REQUESTS: '0',
        MAX_QUEUED_JOBS_PER_USER: '10000',
        REQUEST_TIMEOUT_MS: '12000',
      };
      proxied = await ProxiedStack.start({ temporalCli, nginx, env });
      await proxied.stack.store.write('downloads/70000', Buffer.from('content'));
      await waitFor('health', async () => (await proxied.request('/health')).ok);
    });
    afterAll(() => proxied?.stop());

    const get = (path: string, headers = {}) => proxied.request(path, { headers: { ...AUTH, ...headers } });
    const post = (path: string, body: unknown = {}, headers = {}) =>
      proxied.post(path, body, { ...AUTH, ...headers });

    async function start(body: object = {}): Promise<StartedDownload> {
      const response = await post('/v1/download/initiate', { fileIds: [70_000], ...body });
      expect(response.status).toBe(202);
      return (await response.json()) as StartedDownload;
    }

    async function complete(): Promise<DownloadStatus> {
      const { jobId } = await start();
      let status!: DownloadStatus;
      await waitFor('the archive', async () => {
        status = (await (await get(`/v1/download/status/${jobId}?waitMs=5000`)).json()) as DownloadStatus;
        return status.status === 'completed';
      });
      return status;
    }

    it('delivers the bytes of an archive', async () => {
      const { jobId, archive } = await complete();
      const redirect = await get(`/v1/download/${jobId}`);
      expect(redirect.status).toBe(302);
      const location = redirect.headers.get('location')!;
      expect(new URL(location).origin).toBe(proxied.nginx.baseUrl);
      const response = await fetch(location);
      expect(response.headers.get('content-length')).toBe(String(archive!.size));
      const bytes = Buffer.from(await response.arrayBuffer());
      expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(archive!.checksum);
      expect(await readWithPython(bytes, 'zip')).toHaveLength(1);
      const part = await fetch(location, { headers: { range: 'bytes=4-7' } });
      expect([part.status, Buffer.from(await part.arrayBuffer())]).toEqual([206, bytes.subarray(4, 8)]);
      expect((await fetch(location, { method: 'HEAD' })).headers.get('accept-ranges')).toBe('bytes');
    });

    it('answers every route as without a proxy', async () => {
      const { jobId } = await complete();
      const statuses = {
        status: await get(`/v1/download/status/${jobId}`),
        held: await get(`/v1/download/status/${jobId}`, { prefer: 'wait=5' }),
        'snake_case status': await get(`/v1/download/jobs/${jobId}`),
        'files of a job': await get(`/v1/download/${jobId}/files`),
        list: await get('/v1/downloads'),
        'snake_case list': await get('/v1/download/jobs'),
        files: await get('/v1/files'),
        me: await get('/v1/me'),
        check: await post('/v1/download/check', { file_id: 70_000 }),
        estimate: await post('/v1/download/estimate', { fileIds: [70_000] }),
        'blocking start': await post('/v1/download/start', { file_id: 70_000 }),
        page: await get('/'),
        docs: await get('/docs/'),
        openapi: await get('/openapi.json'),
        health: await get('/health'),
      };
      expect(Object.entries(statuses).map(([name, { status }]) => `${name} ${status}`)).toEqual(
        Object.keys(statuses).map((name) => `${name} 200`),
      );
      expect(Object.values(statuses).filter(({ headers }) => !headers.has('x-request-id'))).toEqual([]);
      const answered = async (response: Promise<Response>) => {
        const { status, headers } = await response;
        return [status, headers.get('content-type')];
      };
      expect((await post('/v1/download/jobs', { file_id: 70_000 })).status).toBe(202);
      expect((await post(`/v1/download/cancel/${jobId}`)).status).toBe(409);
      expect((await post(`/v1/download/retry/${jobId}`)).status).toBe(409);
      const problem = 'application/problem+json; charset=utf-8';
      expect(await answered(get(`/v1/download/status/${randomUUID()}`))).toEqual([404, problem]);
      expect(await answered(get('/v1/download/status/%zz'))).toEqual([400, expect.any(String)]);
      expect(await answered(get('/v1/nothing'))).toEqual([404, problem]);
      expect(await answered(proxied.request('/v1/me'))).toEqual([401, problem]);
      expect(await answered(post('/v1/download/initiate', { fileIds: ['../x'] }))).toEqual([400, problem]);
      expect(await answered(proxied.request('/v1/me', { method: 'PUT', headers: AUTH }))).toEqual([
        405,
        problem,
      ]);
    });

    it('cancels a job', async () => {
      const { jobId } = await start();
      expect([200, 409]).toContain((await post(`/v1/download/cancel/${jobId}`)).status);
    });

    it('replays a start with the same key', async () => {
      const keyed = () => post('/v1/download/initiate', { fileIds: [70_000] }, { 'idempotency-key': 'same' });
      const ids = await Promise.all(
        Array.from({ length: 8 }, async () => ((await (await keyed()).json()) as StartedDownload).jobId),
      );
      expect(new Set(ids).size).toBe(1);
    });

    it('refuses a body that the API refuses', async () => {
      const labels = { note: 'x'.repeat(8 * 1024 * 1024) };
      const response = await post('/v1/download/initiate', { fileIds: [70_000], labels });
      expect(problemSchema.parse(await response.json())).toMatchObject({ code: 'BODY_TOO_LARGE' });
    });

    it('streams a job by WebSocket and by events', async () => {
      const { streamUrl, eventsUrl } = await start();
      expect(new URL(streamUrl).host).toBe(new URL(proxied.nginx.baseUrl).host);
      const types = new Set<string>();
      let closed = 0;
      const socket = new WebSocket(streamUrl);
      socket.on('message', (data: Buffer) =>
        types.add((JSON.parse(data.toString()) as { type: string }).type),
      );
      socket.on('close', (code) => (closed = code));
      const events = new EventSource(eventsUrl);
      await waitFor('both ends', () => closed > 0 && events.readyState === EventSource.CLOSED);
      expect(closed).toBe(1_000);
      expect(types).toContain('completed');
    });

    it('keeps request ids, and replaces bad ones', async () => {
      const idOf = async (id: string) =>
        (await get('/v1/me', { 'x-request-id': id })).headers.get('x-request-id');
      expect(await idOf('good-1')).toBe('good-1');
      expect(await idOf('bad id"')).toMatch(/^[0-9a-f]{32}$/);
    });

    it('logs no key, ticket or link', async () => {
      const { jobId } = await complete();
      const { streamUrl } = await start();
      const ticket = new URL(streamUrl).searchParams.get('ticket')!;
      const { downloadUrl } = (await (await get(`/v1/download/status/${jobId}`)).json()) as DownloadStatus;
      await (await fetch(downloadUrl!)).arrayBuffer();
      const log = await proxied.nginx.log();
      expect(log).toContain('/v1/objects/[link]');
      const link = new URL(downloadUrl!);
      const secrets = [KEY, ticket, link.pathname, link.search.slice(1)].filter((secret) => secret !== '');
      expect(secrets.filter((secret) => log.includes(secret))).toEqual([]);
      expect(log).not.toContain('?');
    });

    it('loses no keyed start when an API is killed', async () => {
      const ending = new AbortController();
      const outcomes: string[] = [];
      const client = async (name: number) => {
        for (let i = 0; !ending.signal.aborted; i++) {
          const key = { 'idempotency-key': `killed-${name}-${i}` };
          const started = await post('/v1/download/initiate', { fileIds: [70_000] }, key);
          const { jobId } = (await started.json()) as StartedDownload;
          const seen = await get(`/v1/download/status/${jobId}`);
          outcomes.push(`start ${started.status}`, `status ${seen.status}`);
        }
      };
      const clients = Array.from({ length: 6 }, (_, name) => client(name));
      const answered = async (count: number) => {
        const until = outcomes.length + count;
        await waitFor('more answers', () => outcomes.length >= until);
      };
      await answered(40);
      await proxied.killApi(0);
      await answered(60);
      await proxied.startApi(0);
      await answered(40);
      ending.abort();
      await Promise.all(clients);
      expect(new Set(outcomes)).toEqual(new Set(['start 202', 'status 200']));
    });

    it('says 503 while all APIs are dead', async () => {
      const { jobId } = await start();
      await Promise.all([proxied.killApi(0), proxied.killApi(1)]);
      for (const path of ['/health', `/v1/download/status/${jobId}?waitMs=1000`, `/v1/download/${jobId}`]) {
        const response = await get(path);
        expect(response.headers.get('retry-after')).toMatch(/^[23]$/);
        expect(await response.json()).toMatchObject({ status: 503, code: 'SERVER_UNAVAILABLE' });
      }
      await Promise.all([proxied.startApi(0), proxied.startApi(1)]);
      expect((await get(`/v1/download/status/${jobId}`)).status).toBe(200);
    });
  },
);
