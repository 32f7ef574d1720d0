import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { workflowIdFor } from '../../src/contract/names.js';
import type { DownloadStatus, JobsPage, StartedDownload } from '../../src/contract/http/answers.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

interface JobInSnakeCase {
  job_id: string;
  status: string;
  progress: number;
  files_processed: number;
  total_files: number;
  download_url: string | null;
  estimated_duration: string | null;
  websocket_url: string | null;
  error: string | null;
}

const json = { 'content-type': 'application/json' };

describeWith(await locateTemporalCli(), 'jobs API', (temporalCli) => {
  let stack: Stack;
  /** An API server whose jobs pause for ten minutes before they do anything. */
  let slowApi: string;
  let connection: Connection;
  let temporal: Client;

  beforeAll(async () => {
    stack = await Stack.start({ temporalCli });
    const pause = { DOWNLOAD_DELAY_MIN_MS: '600000', DOWNLOAD_DELAY_MAX_MS: '600000' };
    slowApi = await stack.startAnotherApi({ DOWNLOAD_DELAY_ENABLED: 'true', ...pause });
    connection = await Connection.connect({ address: stack.temporalAddress });
    temporal = new Client({ connection });
    for (const id of [70_000, 70_001]) await stack.store.write(`downloads/${id}`, Buffer.from(`file ${id}`));
  });
  afterAll(async () => {
    await connection?.close();
    await stack?.stop();
  });

  let users = 0;
  const newUser = () => ({ 'x-user-id': `user-${++users}` });

  const start = async (
    user: Record<string, string>,
    body: object = { fileId: 70_000 },
    api = stack.baseUrl,
  ) => {
    const init = { method: 'POST', headers: { ...json, ...user }, body: JSON.stringify(body) };
    const response = await fetch(`${api}/v1/download/initiate`, init);
    expect(response.status).toBe(202);
    return (await response.json()) as StartedDownload;
  };
  const list = async (user: Record<string, string>, query = '', api = stack.baseUrl) => {
    const response = await fetch(`${api}/v1/downloads${query}`, { headers: user });
    expect(response.status).toBe(200);
    expect(response.headers.get('cache-control')).toBe('no-store');
    return (await response.json()) as JobsPage;
  };
  const idsOf = ({ jobs }: JobsPage) => jobs.map(({ jobId }) => jobId);
  const waitUntilFinal = (user: Record<string, string>, jobId: string) =>
    waitFor('the job to end', async () => {
      const response = await stack.request(`/v1/download/status/${jobId}`, { headers: user });
      const status = (await response.json()) as DownloadStatus;
      return ['completed', 'failed', 'cancelled'].includes(status.status) && status;
    });

  describe('in snake_case', () => {
    it('starts the same job with progress 0 to 1', async () => {
      const response = await stack.post('/v1/download/jobs', { file_ids: [70_000, 70_001] });
      expect(response.status).toBe(202);
      const job = (await response.json()) as JobInSnakeCase;
      expect(job).toMatchObject({
        status: 'queued',
        progress: 0,
        files_processed: 0,
        total_files: 2,
        download_url: null,
        error: null,
        estimated_duration: null,
        websocket_url: expect.stringContaining(`/v1/download/jobs/${job.job_id}/stream?ticket=`),
      });
      expect(response.headers.get('location')).toBe(`${stack.baseUrl}/v1/download/jobs/${job.job_id}`);
      expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);

      const status = await stack.waitUntilFinal(job.job_id);
      const done = (await (await stack.request(`/v1/download/jobs/${job.job_id}`)).json()) as JobInSnakeCase;
      expect(done).toMatchObject({
        job_id: job.job_id,
        status: 'completed',
        progress: 1,
        files_processed: 2,
        total_files: 2,
        estimated_duration: null,
        websocket_url: null,
        error: null,
        archive: { content_type: 'application/zip', checksum: status.archive!.checksum },
      });
      expect((await fetch(done.download_url!)).status).toBe(200);
    });

    it('accepts every initiate field and reports snake_case errors', async () => {
      const body = {
        files: [{ file_id: 70_000, name: 'a.txt' }, { file_id: 70_099 }],
        on_file_error: 'skip',
        client_request_id: `snake-${Date.now()}`,
        archive: { format: 'tar' },
        labels: { my_album: '2026' },
      };
      const first = await stack.post('/v1/download/jobs', body);
      const { job_id } = (await first.json()) as JobInSnakeCase;
      expect(await stack.waitUntilFinal(job_id)).toMatchObject({ status: 'completed', filesSkipped: 1 });
      const again = await stack.post('/v1/download/jobs', body);
      expect(again.headers.get('idempotency-replayed')).toBe('true');
      expect(((await again.json()) as JobInSnakeCase).job_id).toBe(job_id);

      const bad = await stack.post('/v1/download/jobs', {
        on_file_error: 'explode',
        files: [{ file_id: 1 }],
      });
      const { errors } = (await bad.json()) as { errors: { path: string }[] };
      expect(errors.map(({ path }) => path).toSorted()).toEqual(['files.0.file_id', 'on_file_error']);
      const none = await stack.post('/v1/download/jobs', {});
      expect(await none.json()).toMatchObject({ status: 400, detail: 'file_ids is required.' });
    });

    it('reports why a job failed', async () => {
      const response = await stack.post('/v1/download/jobs', { file_id: 70_099 });
      const { job_id } = (await response.json()) as JobInSnakeCase;
      await stack.waitUntilFinal(job_id);
      expect(await (await stack.request(`/v1/download/jobs/${job_id}`)).json()).toMatchObject({
        status: 'failed',
        phase: 'failed',
        error: 'File 70099 does not exist.',
        error_code: 'FILE_NOT_FOUND',
        error_file_ids: [70_099],
        retry_after_ms: null,
      });
    });

    it.each(['nope', '%ZZ', '01890000-0000-7000-8000-000000000000'])(
      'answers 404 for the job %s',
      async (id) => {
        const response = await stack.request(`/v1/download/jobs/${id}`);
        expect(await response.json()).toMatchObject({ status: 404, code: 'JOB_NOT_FOUND' });
      },
    );
  });

  describe('job list', () => {
    it('pages through running jobs, then ended ones', async () => {
      const user = newUser();
      const expected: string[] = [];
      for (let i = 0; i < 3; i++) {
        const { jobId } = await start(user);
        await waitUntilFinal(user, jobId);
        expected.unshift(jobId);
      }
      for (let i = 0; i < 2; i++) expected.unshift((await start(user, { fileId: 70_000 }, slowApi)).jobId);
      const states = async () => (await list(user)).jobs.map(({ status }) => status);
      const ended = ['completed', 'completed', 'completed'];
      await waitFor('the index', async () => {
        return JSON.stringify(await states()) === JSON.stringify(['running', 'running', ...ended]);
      });
      const all = await list(user);
      expect(idsOf(all)).toEqual(expected);
      expect(all.nextCursor).toBeNull();
      expect((await fetch(all.jobs[2]!.downloadUrl!)).status).toBe(200);

      const paged: string[] = [];
      let next: string | null = '';
      while (next !== null) {
        const page: JobsPage = await list(user, `?limit=2${next && `&cursor=${next}`}`);
        expect(page.jobs.length).toBeLessThanOrEqual(2);
        paged.push(...idsOf(page));
        next = page.nextCursor;
      }
      expect(paged).toEqual(expected);
    });

    it('lists jobs that another API server started', async () => {
      const user = newUser();
      const { jobId } = await start(user);
      await waitUntilFinal(user, jobId);
      await waitFor('the index to know', async () => {
        return (await list(user, '?status=completed', slowApi)).jobs.length === 1;
      });
      expect(idsOf(await list(user, '', slowApi))).toEqual([jobId]);
    });

    it('filters by status, including terminated jobs', async () => {
      const user = newUser();
      const [{ jobId: running }, { jobId: terminated }, { jobId: cancelled }] = [
        await start(user, { fileId: 70_000 }, slowApi),
        await start(user, { fileId: 70_000 }, slowApi),
        await start(user, { fileId: 70_000 }, slowApi),
      ];
      await waitFor(
        'the jobs to run',
        async () => (await list(user, '?status=running', slowApi)).jobs.length === 3,
      );
      await temporal.workflow.getHandle(workflowIdFor(terminated)).terminate('by a test');
      await stack.post(`/v1/download/cancel/${cancelled}`, undefined, user);
      for (const api of [slowApi, stack.baseUrl]) {
        const listed = async (status: string) => idsOf(await list(user, `?status=${status}`, api));
        await waitFor('the index to know', async () => (await listed('failed')).length === 1);
        await waitFor('the index to know', async () => (await listed('cancelled')).length === 1);
        await waitFor('the index to know', async () => (await listed('running')).length === 1);
        expect(await listed('running')).toEqual([running]);
        expect(await listed('failed')).toEqual([terminated]);
        expect(await listed('cancelled')).toEqual([cancelled]);
        expect(await listed('completed')).toEqual([]);
      }
      await stack.post(`/v1/download/cancel/${running}`, undefined, user);
    });

    it('lists several statuses and active jobs in both spellings', async () => {
      const user = newUser();
      const labels = { myAlbum: '2026' };
      const named = { fileId: 70_000, labels, archive: { format: 'tar', name: 'photos' } };
      const { jobId: active } = await start(user, named, slowApi);
      const { jobId: failed } = await start(user, { fileId: 70_099 });
      await waitUntilFinal(user, failed);
      const { jobId: done } = await start(user);
      await waitUntilFinal(user, done);
      const listed = async (status: string) => idsOf(await list(user, `?status=${status}`));
      await waitFor('the index', async () => (await listed('running,failed,completed')).length === 3);
      expect(await listed('active')).toEqual([active]);
      expect(await listed('failed,completed')).toEqual([done, failed]);
      expect(await listed('completed,active')).toEqual([active, done]);
      expect(await listed('queued,expired')).toEqual([]);

      const inSnakeCase = async (query: string) =>
        (await (await stack.request(`/v1/download/jobs${query}`, { headers: user })).json()) as {
          jobs: JobInSnakeCase[];
          next_cursor: string | null;
        };
      const processing = { phase: 'running', archive_name: 'photos.tar', format: 'tar', labels, error: null };
      expect(await inSnakeCase('?status=processing,completed&limit=1')).toMatchObject({
        jobs: [{ job_id: active, status: 'processing', ...processing }],
        next_cursor: expect.stringMatching(/./),
      });
      expect(await inSnakeCase('?status=running,failed')).toMatchObject({
        jobs: [{ job_id: active }, { job_id: failed, status: 'failed', error: 'File 70099 does not exist.' }],
        next_cursor: null,
      });
      const [row] = (await list(user, '?status=active')).jobs;
      expect(row).toMatchObject({ archiveName: 'photos.tar', format: 'tar', labels, progressPercent: 0 });
      await stack.post(`/v1/download/cancel/${active}`, undefined, user);
    });

    it('names a job that no worker has seen', async () => {
      const user = newUser();
      await stack.workers[0]!.pause();
      const body = { fileId: 70_000, labels: { a: 'b' }, archive: { name: 'early', format: 'tar.gz' } };
      const { jobId } = await start(user, body);
      // This server did not start the job, so it reads Temporal.
      const response = await fetch(`${slowApi}/v1/download/status/${jobId}`, { headers: user });
      const early = { archiveName: 'early.tar.gz', format: 'tar.gz', labels: { a: 'b' } };
      expect(await response.json()).toMatchObject({ status: 'queued', ...early });
      await waitFor('the index', async () => (await list(user, '?status=queued')).jobs.length === 1);
      expect((await list(user, '?status=queued', slowApi)).jobs).toMatchObject([early]);
      stack.workers[0]!.resume();
      await waitUntilFinal(user, jobId);
    });

    it('lists a restarted job once with its current state', async () => {
      const user = newUser();
      const body = { fileIds: [70_000, 70_050], clientRequestId: 'twice' };
      const { jobId } = await start(user, body);
      await waitUntilFinal(user, jobId);
      const { jobId: between } = await start(user);
      // Before the second run begins, otherwise both may end at the same time.
      await waitUntilFinal(user, between);
      await stack.store.write('downloads/70050', Buffer.from('there now'));
      await start(user, body);
      await waitFor('the second run to complete', async () => {
        const { jobs } = await list(user, '?status=completed');
        return jobs.length === 2 && jobs[0]!.jobId === jobId;
      });
      for (const api of [stack.baseUrl, slowApi]) {
        await waitFor('the index to know', async () => idsOf(await list(user, '', api)).length === 2);
        expect(idsOf(await list(user, '', api))).toEqual([jobId, between]);
        expect(idsOf(await list(user, '?status=failed', api))).toEqual([]);
        const first = await list(user, '?limit=1', api);
        expect(idsOf(await list(user, `?cursor=${first.nextCursor}`, api))).toEqual([between]);
      }
    });

    it('lists only own jobs for any user name', async () => {
      const names = [`o'brien`, `o\\'brien`, 'a"b', `x'OR'1'='1`, `x')OR('1'='1`, '\\', `%`, "O'BRIEN"];
      const jobs = new Map<string, string>();
      for (const name of names) jobs.set(name, (await start({ 'x-user-id': name })).jobId);
      for (const [name, jobId] of jobs) {
        await waitFor('the index to know', async () =>
          idsOf(await list({ 'x-user-id': name }, '', slowApi)).includes(jobId),
        );
        for (const api of [stack.baseUrl, slowApi]) {
          expect(idsOf(await list({ 'x-user-id': name }, '', api))).toEqual([jobId]);
        }
      }
    });

    it.each([
      ['status=done', 'status'],
      ['limit=0', 'limit'],
      ['limit=101', 'limit'],
      ['cursor=x', 'cursor'],
      ['cursor=MQ', 'cursor'],
      ['cursor=a&cursor=b', 'cursor'],
    ])('rejects ?%s', async (query, path) => {
      for (const route of ['/v1/downloads', '/v1/download/jobs']) {
        const response = await stack.request(`${route}?${query}`);
        expect(await response.json()).toMatchObject({ status: 400, errors: [{ path }] });
      }
    });
  });

  describe('POST /start', () => {
    it('answers with the finished job and deprecation headers', async () => {
      const response = await stack.post('/v1/download/start', { file_id: 70_000 });
      expect(response.status).toBe(200);
      expect(response.headers.get('deprecation')).toMatch(/^@\d+$/);
      expect(response.headers.get('link')).toBe(
        `<${stack.baseUrl}/v1/download/initiate>; rel="successor-version"`,
      );
      const status = (await response.json()) as DownloadStatus;
      expect(status).toMatchObject({ status: 'completed', progress: 100, filesProcessed: 1 });
      expect((await fetch(status.downloadUrl!)).status).toBe(200);
      expect(response.headers.get('location')).toBe(`${stack.baseUrl}/v1/download/status/${status.jobId}`);
    });

    it('answers with a failure as soon as it occurs', async () => {
      const response = await stack.post('/v1/download/start', { file_id: 70_099 });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ status: 'failed', error: { code: 'FILE_NOT_FOUND' } });
    });

    it('rejects what initiate rejects', async () => {
      const response = await stack.post('/v1/download/start', { file_id: 1 });
      expect(await response.json()).toMatchObject({ status: 400, errors: [{ path: 'file_id' }] });
      expect(response.headers.get('deprecation')).toMatch(/^@\d+$/);
    });
  });

  it('hides jobs of other users', async () => {
    const [user, stranger] = [newUser(), newUser()];
    const { jobId } = await start(user);
    await waitUntilFinal(user, jobId);
    for (const path of [`jobs/${jobId}`, `status/${jobId}`, jobId, `${jobId}/files`]) {
      const response = await stack.request(`/v1/download/${path}`, { headers: stranger });
      expect(await response.json()).toMatchObject({ status: 404, code: 'JOB_NOT_FOUND' });
    }
    const cancelled = await stack.post(`/v1/download/cancel/${jobId}`, undefined, stranger);
    expect(cancelled.status).toBe(404);
    expect(await list(stranger)).toEqual({ jobs: [], nextCursor: null });
  });

  it('pages through files while a job completes', async () => {
    const user = newUser();
    const body = { fileIds: [70_000, 70_001] };
    const { jobId } = await start(user, body, slowApi);
    const files = async (query: string, of: string) =>
      (await (await stack.request(`/v1/download/${of}/files${query}`, { headers: user })).json()) as {
        files: { fileId: number }[];
        nextCursor: string | null;
      };
    const { nextCursor } = await files('?limit=1', jobId);
    // Uses a cursor of the running job's list on the record of an equal, completed job.
    const { jobId: done } = await start(user, body);
    await waitUntilFinal(user, done);
    expect(await files(`?cursor=${nextCursor}`, done)).toMatchObject({
      files: [{ fileId: 70_001, state: 'included' }],
      nextCursor: null,
    });
    const { nextCursor: recorded } = await files('?limit=1', done);
    expect(await files(`?cursor=${recorded}`, jobId)).toMatchObject({ status: 400 });
    await stack.post(`/v1/download/cancel/${jobId}`, undefined, user);
  });
});
