import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { StartedDownload } from '../../src/contract/http/answers.js';
import { HeldAnswers } from '../support/held-answers.js';
import { Receiver } from '../support/receiver.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const UNKNOWN = '01890000-0000-7000-8000-000000000000';
const SECRET = `whsec_${Buffer.from('a secret of thirty-two characters').toString('base64')}`;
/** Unsigned, but well formed, with a key id. */
const TOKEN = [{ alg: 'RS256', kid: 'a' }, {}]
  .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
  .concat('AA')
  .join('.');
const WEB_SOCKET = 'get /v1/download/jobs/{jobId}/stream';
const EVENTS = 'get /v1/download/jobs/{jobId}/events';

describeWith(await locateTemporalCli(), 'OpenAPI document', (temporalCli) => {
  let stack: Stack;
  let receiver: Receiver;
  let held: HeldAnswers;

  beforeAll(async () => {
    receiver = await Receiver.start();
    stack = await Stack.start({
      temporalCli,
      env: {
        MAX_FILES_PER_JOB: '1000',
        WEBHOOK_SECRETS: SECRET,
        OPERATOR_WEBHOOK_URL: `${receiver.url}/operator`,
        OUTBOUND_ALLOWED_HOSTS: receiver.host,
      },
    });
    await stack.store.write('downloads/70000', Buffer.from('hello'));
    held = await HeldAnswers.of(stack.baseUrl);
  });
  afterAll(async () => {
    await stack?.stop();
    await receiver?.stop();
  });

  const assertDocumented: HeldAnswers['assertDocumented'] = (...args) => held.assertDocumented(...args);
  const start = async (body: unknown) => {
    const response = await assertDocumented(
      'post /v1/download/initiate',
      202,
      stack.post('/v1/download/initiate', body),
    );
    return (await response.json()) as StartedDownload;
  };

  it('covers a job from start to archive', async () => {
    const { jobId } = await start({ fileIds: [70_000, 70_099, 70_000], onFileError: 'skip' });
    await assertDocumented(
      'get /v1/download/status/{jobId}',
      200,
      stack.request(`/v1/download/status/${jobId}`),
    );
    await stack.waitUntilFinal(jobId);
    await assertDocumented(
      'get /v1/download/status/{jobId}',
      200,
      stack.request(`/v1/download/status/${jobId}`),
    );
    const archive = await assertDocumented(
      'get /v1/download/{jobId}',
      302,
      stack.request(`/v1/download/${jobId}`),
    );
    const link = archive.headers.get('location')!;
    await assertDocumented('get /v1/objects/{token}', 200, fetch(link));
    await assertDocumented('get /v1/objects/{token}', 206, fetch(link, { headers: { range: 'bytes=0-3' } }));
    await assertDocumented(
      'get /v1/objects/{token}',
      416,
      fetch(link, { headers: { range: 'bytes=99999999-' } }),
    );
    await assertDocumented('get /v1/objects/{token}', 403, fetch(`${stack.baseUrl}/v1/objects/nonsense`));
    const files = `/v1/download/${jobId}/files`;
    await assertDocumented('get /v1/download/{jobId}/files', 200, stack.request(files));
    await assertDocumented('get /v1/download/{jobId}/files', 400, stack.request(`${files}?limit=0`));
    await assertDocumented(
      'get /v1/download/{jobId}/files',
      200,
      stack.request(`${files}?state=skipped,failed`),
    );
    await assertDocumented(
      'post /v1/download/cancel/{jobId}',
      409,
      stack.post(`/v1/download/cancel/${jobId}`),
    );
    await assertDocumented(
      'post /v1/admin/failed/{jobId}/retry',
      409,
      stack.post(`/v1/admin/failed/${jobId}/retry`),
    );
  });

  it('covers a cancelled job without an archive', async () => {
    await stack.workers[0]!.pause();
    const { jobId } = await start({ fileId: 70_000 });
    await assertDocumented('get /v1/download/{jobId}', 409, stack.request(`/v1/download/${jobId}`));
    await assertDocumented(
      'post /v1/download/cancel/{jobId}',
      200,
      stack.post(`/v1/download/cancel/${jobId}`),
    );
    stack.workers[0]!.resume();
    await stack.waitUntilFinal(jobId);
  });

  it('covers rejected jobs', async () => {
    const refused = (status: number, init: RequestInit) =>
      assertDocumented(
        'post /v1/download/initiate',
        status,
        stack.request('/v1/download/initiate', { method: 'POST', ...init }),
      );
    const json = { 'content-type': 'application/json' };
    await refused(400, { body: '{"fileIds":[1,2]}', headers: json });
    await refused(400, { body: '{', headers: json });
    await refused(401, { body: '{"fileId":70000}', headers: { ...json, 'x-user-id': 'a b' } });
    await refused(413, { body: JSON.stringify({ x: 'x'.repeat(8_400_000) }), headers: json });
    await refused(415, { body: new URLSearchParams({ fileId: '70000' }) });
    await refused(202, { body: '{"fileId":70000}' });
    const keyed = { ...json, 'idempotency-key': 'a-key' };
    await refused(202, { body: '{"fileId":70000}', headers: keyed });
    await refused(422, { body: '{"fileId":70001}', headers: keyed });
  });

  it('covers file lookup', async () => {
    for (const file_id of [70_000, 70_099]) {
      await assertDocumented('post /v1/download/check', 200, stack.post('/v1/download/check', { file_id }));
    }
    await assertDocumented('post /v1/download/check', 400, stack.post('/v1/download/check', {}));
  });

  it('covers the snake_case routes', async () => {
    const response = await assertDocumented(
      'post /v1/download/jobs',
      202,
      stack.post('/v1/download/jobs', { files: [{ file_id: 70_000, name: 'a.txt' }] }),
    );
    const path = `/v1/download/jobs/${((await response.json()) as { job_id: string }).job_id}`;
    const getJob = (query = '', headers = {}) =>
      assertDocumented(
        'get /v1/download/jobs/{jobId}',
        query === '?waitMs=x' ? 400 : 200,
        stack.request(path + query, { headers }),
      );
    await getJob('?waitMs=200');
    const preferred = await getJob('', { prefer: 'wait=1' });
    expect(preferred.headers.get('preference-applied')).toBe('wait=1');
    await getJob('?waitMs=x');
    await waitFor(
      'the job to end',
      async () => ((await (await getJob()).json()) as { status: string }).status === 'completed',
    );
    await assertDocumented(
      'post /v1/download/jobs',
      400,
      stack.post('/v1/download/jobs', { file_ids: [1], fileIds: [2] }),
    );
    await assertDocumented('get /v1/download/jobs', 200, stack.request('/v1/download/jobs?limit=2'));
    await assertDocumented('get /v1/download/jobs', 400, stack.request('/v1/download/jobs?status=gone'));
    await assertDocumented('get /v1/downloads', 200, stack.request('/v1/downloads?status=active,completed'));
    await assertDocumented('get /v1/downloads', 400, stack.request('/v1/downloads?status=gone'));
  });

  it('covers starting and waiting for a job', async () => {
    const path = '/v1/download/start';
    const response = await assertDocumented(`post ${path}`, 200, stack.post(path, { fileId: 70_000 }));
    expect(await response.json()).toMatchObject({ status: 'completed' });
    await assertDocumented(`post ${path}`, 200, stack.post(path, { fileId: 70_099 }));
  });

  it('covers event streams', async () => {
    await stack.workers[0]!.pause();
    const { streamUrl, eventsUrl } = await start({ fileId: 70_000 });
    const socket = held.assertSocket(WEB_SOCKET, streamUrl);
    const events = held.assertEvents(EVENTS, fetch(eventsUrl));
    await assertDocumented(WEB_SOCKET, 426, fetch(streamUrl.replace(/^ws/, 'http')));
    stack.workers[0]!.resume();
    await socket;
    await assertDocumented(EVENTS, 204, fetch(`${eventsUrl}&lastEventId=${await events}`));
    await assertDocumented(EVENTS, 401, fetch(eventsUrl.replace(/ticket=.*/, 'ticket=none')));
  });

  it('covers file lists', async () => {
    await assertDocumented('get /v1/files', 200, stack.request('/v1/files'));
    await assertDocumented('get /v1/files', 400, stack.request('/v1/files?limit=1001'));
    await assertDocumented('get /v1/files', 200, stack.request('/v1/files?detail=ids'));
    await assertDocumented('get /v1/me', 200, stack.request('/v1/me'));
    const path = '/v1/download/estimate';
    const estimate = (body: object) => stack.post(path, body);
    await assertDocumented(
      `post ${path}`,
      200,
      estimate({ files: [{ fileId: 70_000, name: 'con.txt' }, { fileId: 70_099 }] }),
    );
    await assertDocumented(`post ${path}`, 400, estimate({}));
    const many = { fileIds: Array.from({ length: 1_000 }, (_, i) => 80_000 + i) };
    const answers = await Promise.all(Array.from({ length: 4 }, () => estimate(many)));
    const refused = answers.find(({ status }) => status === 429)!;
    expect(refused.headers.get('retry-after')).not.toBeNull();
    await assertDocumented(`post ${path}`, 'RATE_LIMITED', Promise.resolve(refused));
  });

  it('covers callbacks', async () => {
    const callbackUrl = `${receiver.url}/owner`;
    const bodiesAt = (path: string) =>
      receiver.requests
        .filter((request) => request.path === path)
        .map(({ body }) => JSON.parse(body) as { type: string });
    await stack.workers[0]!.pause();
    const { jobId } = await start({ fileId: 70_000, callbackUrl });
    await stack.post(`/v1/download/cancel/${jobId}`);
    stack.workers[0]!.resume();
    await start({ fileId: 70_000, callbackUrl });
    await start({ fileId: 70_099, callback_url: callbackUrl });
    await waitFor('the callbacks', () => bodiesAt('/owner').length >= 3 && bodiesAt('/operator').length > 0);
    expect(bodiesAt('/owner').map(({ type }) => type)).toEqual(
      expect.arrayContaining(['download.cancelled', 'download.completed', 'download.failed']),
    );
    for (const body of bodiesAt('/owner'))
      expect(held.document.faultsOfWebhook('jobEnded', body)).toEqual([]);
    for (const body of bodiesAt('/operator'))
      expect(held.document.faultsOfWebhook('jobFailed', body)).toEqual([]);
    const { parameters } = held.document.json.webhooks['jobEnded']!.post as unknown as {
      parameters: { name: string }[];
    };
    for (const { name } of parameters) expect(receiver.requests[0]!.headers).toHaveProperty(name);
  });

  it('covers operator routes', async () => {
    const { jobId } = await start({ fileId: 70_099, labels: { a: 'b' } });
    await stack.waitUntilFinal(jobId);
    await waitFor('the job to be listed', async () => {
      const response = await assertDocumented('get /v1/admin/failed', 200, stack.request('/v1/admin/failed'));
      return JSON.stringify(await response.json()).includes(jobId);
    });
    await assertDocumented('get /v1/admin/failed', 400, stack.request('/v1/admin/failed?cursor=x'));
    const eve = { headers: { 'x-user-id': 'eve' } };
    await assertDocumented('get /v1/admin/failed', 403, stack.request('/v1/admin/failed', eve));
    await assertDocumented('get /v1/admin/jobs/{jobId}', 200, stack.request(`/v1/admin/jobs/${jobId}`));
    await assertDocumented('get /v1/admin/store', 200, stack.request('/v1/admin/store'));
    await stack.workers[0]!.pause();
    await assertDocumented(
      'post /v1/admin/failed/{jobId}/retry',
      202,
      stack.post(`/v1/admin/failed/${jobId}/retry`),
    );
    const terminate = (body: object) => stack.post(`/v1/admin/jobs/${jobId}/terminate`, body);
    await assertDocumented('post /v1/admin/jobs/{jobId}/terminate', 400, terminate({}));
    await assertDocumented('post /v1/admin/jobs/{jobId}/terminate', 200, terminate({ reason: 'over' }));
    await assertDocumented('post /v1/admin/jobs/{jobId}/terminate', 409, terminate({ reason: 'over' }));
    stack.workers[0]!.resume();
  });

  it('covers a retry by the owner', async () => {
    const { jobId } = await start({ fileId: 70_099 });
    const retry = () => stack.post(`/v1/download/retry/${jobId}`);
    await stack.waitUntilFinal(jobId);
    await assertDocumented('post /v1/download/retry/{jobId}', 202, retry());
    const done = await start({ fileId: 70_000 });
    await stack.waitUntilFinal(done.jobId);
    const complete = stack.post(`/v1/download/retry/${done.jobId}`);
    await assertDocumented('post /v1/download/retry/{jobId}', 409, complete);
  });

  it('covers the sign-in of browsers', async () => {
    const ask = (method: string, path: string, headers = {}, baseUrl = stack.baseUrl) =>
      assertDocumented(
        `${method} ${path}`,
        baseUrl === stack.baseUrl ? 'ROUTE_NOT_FOUND' : path.endsWith('links') ? 201 : 204,
        fetch(baseUrl + path, { method: method.toUpperCase(), headers }),
      );
    const keyed = await stack.startAnotherApi({
      AUTH_MODE: 'api-key',
      API_KEYS: `ada=sha256:${createHash('sha256').update('ada-key').digest('hex')}`,
    });
    const ada = { authorization: 'Bearer ada-key' };
    for (const baseUrl of [stack.baseUrl, keyed]) {
      await ask('post', '/v1/sign-in', ada, baseUrl);
      await ask('post', '/v1/sign-in/links', ada, baseUrl);
      await ask('delete', '/v1/sign-in', {}, baseUrl);
    }
    const refused = fetch(`${keyed}/v1/sign-in`, { method: 'POST' });
    await assertDocumented('post /v1/sign-in', 'UNAUTHENTICATED', refused);
  });

  it('covers exceeded limits', async () => {
    const keyed = await stack.startAnotherApi({
      AUTH_MODE: 'api-key',
      API_KEYS: `ada=sha256:${createHash('sha256').update('ada-key').digest('hex')}`,
      STREAM_TICKET_SECRET: 'ticket-secret-of-32-characters-or-more',
      RATE_LIMIT_MAX_REQUESTS: '3',
      MAX_RUNNING_JOBS_PER_USER: '1',
      MAX_QUEUED_JOBS_PER_USER: '0',
    });
    const initiate = (headers: Record<string, string>) =>
      fetch(`${keyed}/v1/download/initiate`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: '{"fileId":70000}',
      });
    const operation = 'post /v1/download/initiate';
    await assertDocumented(operation, 'UNAUTHENTICATED', initiate({}));
    await assertDocumented(operation, 'UNAUTHENTICATED', initiate({ 'x-api-key': 'another' }));
    await stack.workers[0]!.pause();
    const ada = { authorization: 'Bearer ada-key' };
    const accepted = await assertDocumented(operation, 202, initiate(ada));
    expect(accepted.headers.get('ratelimit-remaining')).toBe('2');
    await assertDocumented(operation, 'TOO_MANY_JOBS', initiate(ada));
    stack.workers[0]!.resume();
    await initiate(ada);
    const refused = await assertDocumented(operation, 'RATE_LIMITED', initiate(ada));
    for (const name of ['retry-after', 'ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset'])
      expect(refused.headers.get(name)).toMatch(/^\d+$/);
  });

  it('covers unreachable dependencies', async () => {
    const nowhere = 'http://127.0.0.1:9';
    const check = (baseUrl: string) =>
      fetch(`${baseUrl}/v1/download/check`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
        body: '{"fileId":70000}',
      });
    const catalogue = { CATALOGUE: 'http', CATALOGUE_SECRET: SECRET };
    const operation = 'post /v1/download/check';
    for (const [code, env] of [
      ['CATALOGUE_UNAVAILABLE', { ...catalogue, CATALOGUE_URL: nowhere }],
      ['CATALOGUE_INVALID', { ...catalogue, CATALOGUE_URL: `${receiver.url}/catalogue` }],
      ['SOURCE_UNAVAILABLE', { CATALOGUE_URL: `${nowhere}/{id}`, OUTBOUND_ALLOWED_HOSTS: '127.0.0.1:9' }],
      [
        'AUTH_UNAVAILABLE',
        {
          AUTH_MODE: 'jwt',
          JWT_JWKS_URL: nowhere,
          JWT_ISSUER: 'issuer',
          JWT_AUDIENCE: 'api',
          STREAM_TICKET_SECRET: 'ticket-secret-of-32-characters-or-more',
        },
      ],
    ] as const) {
      const refused = await assertDocumented(operation, code, check(await stack.startAnotherApi(env)));
      expect([code, refused.headers.has('retry-after')]).toEqual([code, refused.status === 503]);
    }
    const unlisted = await stack.startAnotherApi({ FILES_LISTING: 'false' });
    await assertDocumented('get /v1/files', 'ROUTE_NOT_FOUND', fetch(`${unlisted}/v1/files`));
  });

  it('covers the service routes', async () => {
    for (const path of ['/livez', '/readyz', '/health', '/', '/openapi.json']) {
      await assertDocumented(`get ${path}`, 200, stack.request(path));
    }
  });

  it('covers unknown jobs', async () => {
    const operations = held.document.operations().filter((one) => one.includes('{jobId}'));
    for (const operation of operations.filter((one) => one !== WEB_SOCKET)) {
      const [method, path] = operation.split(' ') as [string, string];
      const url = path.replace('{jobId}', UNKNOWN);
      await assertDocumented(
        operation,
        404,
        method === 'get' ? stack.request(url) : stack.post(url, { reason: 'x' }),
      );
    }
  });

  it('has every operation tested above', () => {
    expect(held.operations).toEqual(held.document.operations().toSorted());
  });

  it('covers an outage of Temporal', async () => {
    await stack.temporal.kill();
    const ask = (path: string) => stack.request(path.replace('{jobId}', UNKNOWN));
    // In parallel, because each request waits until the API gives up on Temporal.
    await Promise.all([
      ...[
        '/v1/download/status/{jobId}',
        '/v1/admin/jobs/{jobId}',
        '/v1/admin/failed',
        '/v1/download/jobs',
        '/v1/downloads',
        EVENTS.slice(4),
      ].map((path) => assertDocumented(`get ${path}`, 503, ask(path))),
      assertDocumented(
        'post /v1/download/initiate',
        503,
        stack.post('/v1/download/initiate', { fileId: 70_000 }),
      ),
    ]);
    // Last, because a health report is reused for 250 ms.
    await assertDocumented('get /health', 503, ask('/health'));
  });
});
