import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import type { DownloadStatus, StartedDownload } from '../../src/contract/http/answers.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { listWithUnzip, readWithPython } from '../support/unpack.js';
import { waitFor } from '../support/wait-for.js';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

interface Problem {
  status: number;
  code: string;
  detail: string;
  requestId: string;
  errors?: { path: string; message: string }[];
  job?: DownloadStatus;
}

describeWith(await locateTemporalCli(), 'HTTP contract', (temporalCli) => {
  let stack: Stack;
  const contents = new Map<number, Buffer>([
    [70_000, Buffer.from('hello '.repeat(1_000))],
    [70_001, randomBytes(300_000)],
    [70_002, Buffer.alloc(0)],
    [70_003, Buffer.from('the other a.txt')],
  ]);
  const names = new Map([
    [70_000, 'a.txt'],
    [70_001, 'Grüße 日本 🎉.bin'],
    [70_003, 'A.TXT'],
  ]);

  beforeAll(async () => {
    stack = await Stack.start({ temporalCli, env: { MAX_FILES_PER_JOB: '100' } });
    for (const [id, bytes] of contents) {
      const filename = names.get(id);
      await stack.store.write(`downloads/${id}`, bytes, { metadata: filename ? { filename } : {} });
    }
  });
  afterAll(() => stack?.stop());

  const problem = async (response: Response) => (await response.json()) as Problem;

  it('accepts a job with 202, Location and Retry-After', async () => {
    const response = await stack.post('/v1/download/initiate', { fileIds: [70_000, 70_001, 70_000] });
    expect(response.status).toBe(202);
    const started = (await response.json()) as StartedDownload;
    expect(started).toMatchObject({
      status: 'queued',
      totalFileIds: 2,
      duplicateFileIds: [70_000],
      statusUrl: `${stack.baseUrl}/v1/download/status/${started.jobId}`,
      downloadPath: `/v1/download/${started.jobId}`,
    });
    expect(response.headers.get('location')).toBe(started.statusUrl);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(response.headers.get('cache-control')).toBe('no-store');
    await stack.waitUntilFinal(started.jobId);
  });

  it('delivers an archive that two unpackers verify', async () => {
    const { jobId } = await stack.initiate({ fileIds: [...contents.keys()], archive: { name: 'Über 日本' } });
    const seen: DownloadStatus[] = [];
    const status = await stack.waitUntilFinal(jobId, { seen });
    expect(status).toMatchObject({
      status: 'completed',
      progress: 100,
      filesProcessed: 4,
      totalFiles: 4,
      filesSkipped: 0,
      attempts: 1,
      error: null,
      nextPollInMs: null,
      archive: { name: 'Über 日本.zip', contentType: 'application/zip', files: 4, skipped: 0 },
    });
    for (const [before, next] of seen.slice(1).map((s, i) => [seen[i]!, s] as const)) {
      expect(next.progress).toBeGreaterThanOrEqual(before.progress);
    }

    const response = await stack.archive(jobId);
    expect(response.headers.get('content-disposition')).toContain(
      "filename*=UTF-8''%C3%9Cber%20%E6%97%A5%E6%9C%AC.zip",
    );
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(bytes.length).toBe(status.archive?.size);
    expect(`sha256:${sha256(bytes)}`).toBe(status.archive?.checksum);
    const entries = await readWithPython(bytes, 'zip');
    expect(entries.map((entry) => [entry.name, entry.sha256])).toEqual([
      ['a.txt', sha256(contents.get(70_000)!)],
      ['Grüße 日本 🎉.bin', sha256(contents.get(70_001)!)],
      ['70002', sha256(contents.get(70_002)!)],
      ['A (1).TXT', sha256(contents.get(70_003)!)],
    ]);
    expect(await listWithUnzip(bytes)).toHaveLength(4);
  });

  it.each(['tar', 'tar.gz'] as const)('delivers a %s as well', async (format) => {
    const { jobId } = await stack.initiate({ fileIds: [70_000, 70_001], archive: { format } });
    await stack.until(jobId, (status) => status.status === 'completed');
    const bytes = Buffer.from(await (await stack.archive(jobId)).arrayBuffer());
    expect((await readWithPython(bytes, format)).map((entry) => entry.sha256)).toEqual(
      [70_000, 70_001].map((id) => sha256(contents.get(id)!)),
    );
  });

  it('names and nests entries as requested', async () => {
    const { jobId } = await stack.initiate({
      files: [{ fileId: 70_000, name: '2026/März.txt' }, { fileId: 70_001 }],
    });
    await stack.until(jobId, (status) => status.status === 'completed');
    const bytes = Buffer.from(await (await stack.archive(jobId)).arrayBuffer());
    expect((await readWithPython(bytes, 'zip')).map((entry) => entry.name)).toEqual([
      '2026/März.txt',
      'Grüße 日本 🎉.bin',
    ]);
  });

  it('serves ranges and signs a new link per request', async () => {
    const { jobId } = await stack.initiate({ fileId: 70_001 });
    await stack.until(jobId, (status) => status.status === 'completed');
    const part = await stack.archive(jobId, { range: 'bytes=0-3' });
    expect(part.status).toBe(206);
    expect(Buffer.from(await part.arrayBuffer()).toString('latin1')).toBe('PK\u0003\u0004');
    const status = await stack.status(jobId);
    expect((await fetch(status.downloadUrl!)).status).toBe(200);
    const tampered = status.downloadUrl!.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A'));
    expect(await problem(await fetch(tampered))).toMatchObject({ status: 403, code: 'LINK_INVALID' });
  });

  it('pages through the outcome of each file', async () => {
    const { jobId } = await stack.initiate({
      fileIds: [70_000, 70_099, 70_001, 70_002],
      onFileError: 'skip',
    });
    await stack.until(jobId, (status) => status.status === 'completed');
    const first = await stack.files(jobId, '?limit=2');
    expect(first.files).toMatchObject([
      { fileId: 70_000, name: 'a.txt', size: 6_000, state: 'included', error: null },
      { fileId: 70_099, name: null, state: 'skipped', error: { code: 'FILE_NOT_FOUND' } },
    ]);
    const second = await stack.files(jobId, `?limit=2&cursor=${first.nextCursor}`);
    expect(second).toMatchObject({ files: [{ fileId: 70_001 }, { fileId: 70_002 }], nextCursor: null });
    const bad = await stack.request(`/v1/download/${jobId}/files?cursor=7`);
    expect(await problem(bad)).toMatchObject({ status: 400, errors: [{ path: 'cursor' }] });
  });

  it('lists skipped files in the archive', async () => {
    const { jobId } = await stack.initiate({ fileIds: [70_000, 70_099], onFileError: 'skip' });
    const status = await stack.until(jobId, ({ status: s }) => s === 'completed');
    expect(status).toMatchObject({ filesProcessed: 1, filesSkipped: 1, archive: { files: 1, skipped: 1 } });
    const entries = await readWithPython(
      Buffer.from(await (await stack.archive(jobId)).arrayBuffer()),
      'zip',
    );
    expect(entries.map((entry) => entry.name)).toEqual(['a.txt', '_manifest.json']);
  });

  it('fails naming a missing file', async () => {
    const { jobId } = await stack.initiate({ fileIds: [70_000, 70_099] });
    const status = await stack.waitUntilFinal(jobId);
    expect(status).toMatchObject({
      status: 'failed',
      attempts: 1,
      filesSkipped: 0,
      downloadUrl: null,
      error: { code: 'FILE_NOT_FOUND', message: 'File 70099 does not exist.', retryAfterMs: null },
    });
    const redirect = await stack.request(`/v1/download/${jobId}`);
    expect(await problem(redirect)).toMatchObject({
      status: 409,
      code: 'JOB_NOT_READY',
      job: { status: 'failed' },
    });
    expect((await stack.files(jobId)).files[1]).toMatchObject({ fileId: 70_099, state: 'failed' });
    expect(await stack.files(jobId, '?state=failed')).toMatchObject({
      files: [{ fileId: 70_099 }],
      nextCursor: null,
    });
  });

  it('fails when every file is missing despite skip', async () => {
    const { jobId } = await stack.initiate({ fileIds: [70_098, 70_099], onFileError: 'skip' });
    expect(await stack.waitUntilFinal(jobId)).toMatchObject({
      status: 'failed',
      error: { code: 'NO_FILES_AVAILABLE' },
    });
  });

  it.each([
    ['no files', {}, ['fileIds']],
    ['an empty list', { fileIds: [] }, ['fileIds']],
    ['ids out of range', { fileIds: [9_999, 100_000_001] }, ['fileIds.0', 'fileIds.1']],
    ['an id of the wrong shape', { fileIds: [70_000, 'a/b'] }, ['fileIds.1']],
    ['too many files', { fileIds: Array.from({ length: 101 }, (_, i) => 70_000 + i) }, ['fileIds']],
    ['an unknown field', { fileIds: [70_000], fileIdz: 1 }, ['fileIdz']],
    ['a bad format', { fileIds: [70_000], archive: { format: 'rar' } }, ['archive.format']],
    ['a bad name', { files: [{ fileId: 70_000, name: '../../x' }] }, ['files.0.name']],
  ])('rejects %s with the path of each error', async (_, body, paths) => {
    const response = await stack.post('/v1/download/initiate', body);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    const { status, code, errors } = await problem(response);
    expect([status, code, errors?.map((error) => error.path)]).toEqual([400, 'INVALID_REQUEST', paths]);
  });

  it.each([
    ['a body that is not JSON', 400, 'INVALID_JSON', { body: '{"fileIds": [' }],
    ['a body over 8 MiB', 413, 'BODY_TOO_LARGE', { body: JSON.stringify({ x: 'x'.repeat(8_400_000) }) }],
    ['text that is not JSON', 400, 'INVALID_JSON', { body: 'fileId=70000', type: 'text/plain' }],
    [
      'a form',
      415,
      'UNSUPPORTED_MEDIA_TYPE',
      { body: 'fileId=70000', type: 'application/x-www-form-urlencoded' },
    ],
    ['no body', 400, 'INVALID_REQUEST', {}],
  ])(
    'refuses %s',
    async (_, status, code, { body, type = 'application/json' }: { body?: string; type?: string }) => {
      const init = body === undefined ? {} : { body, headers: { 'content-type': type } };
      const response = await stack.request('/v1/download/initiate', { method: 'POST', ...init });
      expect(await problem(response)).toMatchObject({ status, code });
    },
  );

  it('answers unknown routes 404 and other methods 405', async () => {
    expect(await problem(await stack.request('/v1/nothing'))).toMatchObject({
      status: 404,
      code: 'ROUTE_NOT_FOUND',
    });
    const response = await stack.request('/v1/download/initiate', { method: 'PUT' });
    expect(response.headers.get('allow')).toBe('POST');
    expect(await problem(response)).toMatchObject({ status: 405, code: 'METHOD_NOT_ALLOWED' });
  });

  it('answers unknown and malformed job ids alike', async () => {
    const ids = ['01890000-0000-7000-8000-000000000000', 'nope', '..%2f', '%ZZ', 'x'.repeat(500)];
    for (const [method, path] of [
      ['GET', '/v1/download/status/'],
      ['GET', '/v1/download/'],
      ['POST', '/v1/download/cancel/'],
    ] as const) {
      const answers = await Promise.all(
        ids.map(async (id) => problem(await stack.request(path + id, { method }))),
      );
      for (const answer of answers) {
        expect(answer).toMatchObject({ status: 404, code: 'JOB_NOT_FOUND', detail: answers[0]!.detail });
      }
    }
  });

  it('rejects cancelling an ended job unless already cancelled', async () => {
    const { jobId } = await stack.initiate({ fileId: 70_000 });
    await stack.waitUntilFinal(jobId);
    const response = await stack.post(`/v1/download/cancel/${jobId}`);
    expect(await problem(response)).toMatchObject({
      status: 409,
      code: 'JOB_ALREADY_FINISHED',
      job: { status: 'completed' },
    });
    expect((await stack.status(jobId)).status).toBe('completed');
  });

  it('starts one job per key across API servers', async () => {
    const other = await stack.startAnotherApi();
    const body = { fileIds: [70_000, 70_001], clientRequestId: `race-${Date.now()}` };
    const init = {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { 'content-type': 'application/json' },
    };
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        fetch(`${i % 2 ? stack.baseUrl : other}/v1/download/initiate`, init),
      ),
    );
    expect(new Set(answers.map((answer) => answer.status))).toEqual(new Set([202]));
    const started = await Promise.all(
      answers.map(async (answer) => (await answer.json()) as StartedDownload),
    );
    expect(new Set(started.map((one) => one.jobId)).size).toBe(1);
    expect(new Set(started.map((one) => one.expiresAt)).size).toBe(1);
    expect(answers.filter((answer) => !answer.headers.has('idempotency-replayed'))).toHaveLength(1);
    await stack.waitUntilFinal(started[0]!.jobId);

    const again = await stack.post(
      '/v1/download/initiate',
      { ...body, clientRequestId: undefined },
      { 'idempotency-key': body.clientRequestId },
    );
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(((await again.json()) as StartedDownload).jobId).toBe(started[0]!.jobId);
  });

  it('rejects a different request with the same key', async () => {
    const headers = { 'idempotency-key': `reused-${Date.now()}` };
    await stack.post('/v1/download/initiate', { fileId: 70_000 }, headers);
    const other = await stack.post('/v1/download/initiate', { fileId: 70_001 }, headers);
    expect(await problem(other)).toMatchObject({ status: 422, code: 'IDEMPOTENCY_KEY_REUSED' });
    const both = await stack.post('/v1/download/initiate', { fileId: 70_000, clientRequestId: 'x' }, headers);
    expect(await problem(both)).toMatchObject({ status: 400, errors: [{ path: 'clientRequestId' }] });
    const blank = await stack.post('/v1/download/initiate', { fileId: 70_000 }, { 'idempotency-key': 'a b' });
    expect(await problem(blank)).toMatchObject({ status: 400, errors: [{ path: 'Idempotency-Key' }] });
  });

  it('restarts a failed job with the same key', async () => {
    const body = { fileIds: [70_000, 70_090], clientRequestId: `again-${Date.now()}` };
    const { jobId } = await stack.initiate(body);
    expect((await stack.waitUntilFinal(jobId)).status).toBe('failed');
    await stack.store.write('downloads/70090', Buffer.from('there now'));
    const again = await stack.post('/v1/download/initiate', body);
    expect(again.headers.has('idempotency-replayed')).toBe(false);
    expect(((await again.json()) as StartedDownload).jobId).toBe(jobId);
    await waitFor('the new run to complete', async () => (await stack.status(jobId)).status === 'completed');
  });

  it('restarts a job as soon as it reports failure', async () => {
    for (let i = 0; i < 10; i++) {
      const body = { fileId: 70_097, clientRequestId: `at-once-${i}-${Date.now()}` };
      const { jobId } = await stack.initiate(body);
      await stack.until(jobId, ({ status }) => status === 'failed');
      const again = await stack.post('/v1/download/initiate', body);
      expect([again.status, again.headers.has('idempotency-replayed')]).toEqual([202, false]);
    }
  });

  it('treats equal ids in different spellings as equal', async () => {
    const key = { clientRequestId: `spelling-${Date.now()}` };
    await stack.initiate({ fileIds: [70_000, 70_001], ...key });
    const again = await stack.post('/v1/download/initiate', { file_ids: ['70000', '70001'], ...key });
    expect([again.status, again.headers.get('idempotency-replayed')]).toEqual([202, 'true']);
  });

  it('rejects a field that cannot be stored', async () => {
    const response = await stack.request('/v1/download/initiate', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"fileId":70000,"labels":{"__proto__":"x"}}',
    });
    expect(await problem(response)).toMatchObject({ status: 400 });
  });

  it('reports whether a file exists', async () => {
    const there = await stack.post('/v1/download/check', { file_id: 70_000 });
    expect(await there.json()).toEqual({
      file_id: 70_000,
      available: true,
      s3Key: 'downloads/70000',
      size: 6_000,
    });
    const gone = await stack.post('/v1/download/check', { file_id: 70_099 });
    expect(await gone.json()).toEqual({ file_id: 70_099, available: false, s3Key: null, size: null });
    expect((await stack.post('/v1/download/check', { file_id: 1 })).status).toBe(400);
  });

  it('reports its name and health', async () => {
    expect(await (await stack.request('/')).json()).toMatchObject({ name: 'longhaul' });
    expect(await (await stack.request('/health')).json()).toEqual({
      status: 'healthy',
      checks: { storage: 'ok', temporal: 'ok', worker: 'ok' },
    });
    for (const path of ['/livez', '/readyz']) expect((await stack.request(path)).status).toBe(200);
  });

  it('sends request id, security and CORS headers always', async () => {
    for (const path of ['/livez', '/v1/nothing', '/v1/download/status/nope']) {
      const headers = { 'x-request-id': 'abc-123', origin: 'https://app.example' };
      const response = await stack.request(path, { headers });
      expect(response.headers.get('x-request-id')).toBe('abc-123');
      expect(response.headers.get('access-control-allow-origin')).toBe('*');
      expect(response.headers.get('x-content-type-options')).toBe('nosniff');
      expect(response.headers.get('x-powered-by')).toBeNull();
    }
    const insane = await stack.request('/livez', { headers: { 'x-request-id': 'a b"<' } });
    expect(insane.headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
  });

  it('never reveals storage locations', async () => {
    const { jobId } = await stack.initiate({ fileIds: [70_000, 70_099] });
    const status = await stack.waitUntilFinal(jobId);
    expect(JSON.stringify(status)).not.toMatch(/downloads\/|archives\/|longhaul-stack/);
  });
});
