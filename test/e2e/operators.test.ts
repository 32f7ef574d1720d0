import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type { AdminJob, FailedJobsPage } from '../../src/contract/http/admin-schemas.js';
import { workflowIdFor } from '../../src/contract/names.js';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const UNKNOWN = '01890000-0000-7000-8000-000000000000';

describeWith(await locateTemporalCli(), 'operator API', (temporalCli) => {
  let stack: Stack;
  let connection: Connection;
  let client: Client;

  beforeAll(async () => {
    stack = await Stack.start({ temporalCli, env: { ADMIN_USERS: 'root', HEARTBEAT_TIMEOUT_MS: '5000' } });
    await stack.store.write('downloads/70000', Buffer.from('hello'));
    connection = Connection.lazy({ address: stack.temporalAddress });
    client = new Client({ connection });
  });
  afterAll(async () => {
    await connection?.close();
    await stack?.stop();
  });

  const root = { 'x-user-id': 'root' };
  const answer = async (response: Promise<Response>) =>
    (await response).json() as Promise<{ status: number; code: string; detail: string; errors?: unknown }>;
  const failed = async (query = '') =>
    (await (await stack.request(`/v1/admin/failed${query}`, { headers: root })).json()) as FailedJobsPage;
  const show = async (jobId: string) =>
    (await (await stack.request(`/v1/admin/jobs/${jobId}`, { headers: root })).json()) as AdminJob;
  const retry = (jobId: string) => stack.post(`/v1/admin/failed/${jobId}/retry`, undefined, root);
  const terminate = (jobId: string, body: unknown = { reason: 'It hangs.' }) =>
    stack.post(`/v1/admin/jobs/${jobId}/terminate`, body, root);
  const isBuilding = ({ bytesProcessed }: DownloadStatus) => bytesProcessed > 0;
  /** Resolves when the visibility index lists the job as closed, which is later than its final status. */
  const listed = (jobId: string) =>
    waitFor('the job to be listed', async () =>
      (await failed()).jobs.some((job) => job.jobId === jobId && job.run !== 'running'),
    );
  const failedJob = async (body: object = { fileIds: [70_000, 70_099] }) => {
    const { jobId } = await stack.initiate(body);
    expect((await stack.waitUntilFinal(jobId)).status).toBe('failed');
    await listed(jobId);
    return jobId;
  };
  const admin = (args: string[], env: Record<string, string> = {}) =>
    new Promise<{ code: number; stdout: string; stderr: string }>((resolve) => {
      const settings = { ...process.env, LONGHAUL_URL: stack.baseUrl, ...env };
      execFile(
        process.execPath,
        ['clients/bin/longhaul.js', 'admin', ...args],
        { env: settings },
        (error, stdout, stderr) => {
          resolve({ code: error ? Number(error.code) : 0, stdout, stderr });
        },
      );
    });

  it('serves only admin users', async () => {
    for (const path of ['failed', 'store', `jobs/${UNKNOWN}`]) {
      expect(await answer(stack.request(`/v1/admin/${path}`))).toMatchObject({
        status: 403,
        code: 'FORBIDDEN',
      });
    }
    for (const path of [`failed/${UNKNOWN}/retry`, `jobs/${UNKNOWN}/terminate`]) {
      expect(await answer(stack.post(`/v1/admin/${path}`, { reason: 'x' }))).toMatchObject({ status: 403 });
    }
  });

  it('shows failed jobs with full details', async () => {
    const jobId = await failedJob({
      fileIds: [70_000, 70_099],
      labels: { album: '2026' },
      archive: { name: 'photos' },
    });
    const job = (await failed()).jobs.find((one) => one.jobId === jobId);
    expect(job).toEqual({
      jobId,
      userId: 'anonymous',
      code: 'FILE_NOT_FOUND',
      message: 'File 70099 does not exist.',
      failedAt: expect.any(String),
      attempts: 1,
      supportId: expect.any(String),
      labels: { album: '2026' },
      archiveName: 'photos.zip',
      workflowId: workflowIdFor(jobId),
      run: 'failed',
    });
  });

  it('restarts a failed job and removes its dead letter', async () => {
    const jobId = await failedJob({ fileIds: [70_000, 70_090] });
    const before = await show(jobId);
    expect(before).toMatchObject({ status: 'failed', run: 'failed', userId: 'anonymous', pending: [] });
    await stack.store.write('downloads/70090', Buffer.from('there now'));
    const response = await retry(jobId);
    expect(response.status).toBe(202);
    const again = (await response.json()) as AdminJob;
    expect(again).toMatchObject({ jobId, userId: 'anonymous' });
    expect(again.runId).not.toBe(before.runId);
    expect(Date.parse(again.createdAt)).toBeGreaterThan(Date.parse(before.createdAt));
    await waitFor('it to complete', async () => (await stack.status(jobId)).status === 'completed');
    expect((await failed()).jobs.map((job) => job.jobId)).not.toContain(jobId);
    expect(await answer(retry(jobId))).toMatchObject({ status: 409, code: 'JOB_NOT_RETRYABLE' });
  });

  it('terminates a running job, which may be restarted', async () => {
    const worker = stack.workers.at(-1)!;
    await worker.pause();
    const { jobId } = await stack.initiate({ fileId: 70_000 });
    expect(await answer(retry(jobId))).toMatchObject({ status: 409, code: 'JOB_NOT_RETRYABLE' });
    expect(await answer(terminate(jobId, {}))).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
    const response = await terminate(jobId);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      status: 'failed',
      run: 'terminated',
      error: { code: 'JOB_TERMINATED' },
    });
    worker.resume();
    expect(await answer(terminate(jobId))).toMatchObject({ status: 409, code: 'JOB_ALREADY_FINISHED' });
    await listed(jobId);
    expect((await failed()).jobs.find((job) => job.jobId === jobId)).toMatchObject({
      run: 'terminated',
      code: 'JOB_TERMINATED',
    });
    const { raw } = await client.workflow.getHandle(workflowIdFor(jobId)).describe();
    expect(raw.workflowExecutionInfo?.status).toBe(5);
    expect((await retry(jobId)).status).toBe(202);
    await waitFor('it to complete', async () => (await stack.status(jobId)).status === 'completed');
  });

  it('shows fresh progress after a Web UI reset', async () => {
    const path = join(stack.dataDir, 'objects', 'downloads', '70080');
    await writeFile(path, '');
    // A sparse file takes no disk space and minutes to read.
    await truncate(path, 32 * 2 ** 30);
    const { jobId } = await stack.initiate({ fileId: 70_080, archive: { compression: 'deflate' } });
    await stack.until(jobId, isBuilding);
    // Kill the worker, otherwise it would restart the job as soon as it is reset.
    await stack.workers.at(-1)!.kill();
    const execution = { workflowId: workflowIdFor(jobId) };
    const { events } = await client.workflow.getHandle(execution.workflowId).fetchHistory();
    const first = events!.find((event) => event.workflowTaskCompletedEventAttributes)!;
    await client.workflowService.resetWorkflowExecution({
      namespace: 'default',
      workflowExecution: execution,
      requestId: randomUUID(),
      reason: 'It looks wrong.',
      workflowTaskFinishEventId: first.eventId!,
    });
    await waitFor('the new run to be seen', async () => (await stack.status(jobId)).progress === 0);
    await stack.startWorker();
    await stack.until(jobId, isBuilding);
    expect((await terminate(jobId)).status).toBe(200);
  });

  it('pages through the list and rejects invalid cursors', async () => {
    const jobIds = [await failedJob(), await failedJob(), await failedJob()];
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await failed(`?limit=1${cursor && `&cursor=${cursor}`}`);
      expect(page.jobs.length).toBeLessThanOrEqual(1);
      seen.push(...page.jobs.map((job) => job.jobId));
      cursor = page.nextCursor ?? '';
    } while (cursor);
    expect(seen.filter((jobId) => jobIds.includes(jobId))).toEqual(jobIds.toReversed());
    for (const query of ['cursor=nonsense', 'cursor=%00', 'limit=0', 'limit=101', 'limit=1&limit=2']) {
      const bad = stack.request(`/v1/admin/failed?${query}`, { headers: root });
      expect([query, await answer(bad)]).toMatchObject([query, { status: 400, code: 'INVALID_REQUEST' }]);
    }
  });

  it('answers 404 for unknown jobs', async () => {
    for (const jobId of [UNKNOWN, 'nope', '%ZZ']) {
      const get = stack.request(`/v1/admin/jobs/${jobId}`, { headers: root });
      for (const response of [get, retry(jobId), terminate(jobId)]) {
        expect(await answer(response)).toMatchObject({ status: 404, code: 'JOB_NOT_FOUND' });
      }
    }
  });

  it('works from the command line', async () => {
    // Without a key the command runs as the anonymous user, who is no admin here.
    const refused = await admin(['failed']);
    expect(refused).toMatchObject({ code: 4, stdout: '' });
    expect(refused.stderr).toContain('ADMIN_USERS');
    const api = await stack.startAnotherApi({ ADMIN_USERS: '' });
    const env = { LONGHAUL_URL: api };

    const jobId = await failedJob({ fileIds: [70_000, 70_091] });
    const table = await admin(['failed'], env);
    expect(table.stdout).toMatch(/^JOB +FAILED AT +USER +CODE +ATTEMPTS +ARCHIVE +MESSAGE\n/);
    expect(table.stdout).toMatch(
      new RegExp(`^${jobId} .* FILE_NOT_FOUND .* File 70091 does not exist\\.$`, 'm'),
    );
    const page = JSON.parse(
      (await admin(['failed', '--json', '--limit', '1'], env)).stdout,
    ) as FailedJobsPage;
    expect(page.jobs).toHaveLength(1);
    expect((await admin(['show', jobId], env)).stdout).toMatch(/^Error +FILE_NOT_FOUND: File 70091/m);

    await stack.store.write('downloads/70091', Buffer.from('there now'));
    expect(await admin(['retry', jobId], env)).toMatchObject({
      code: 0,
      stdout: `Started again: ${jobId} of anonymous\n`,
    });
    await waitFor('it to complete', async () => (await stack.status(jobId)).status === 'completed');
    const late = await admin(['terminate', jobId, '--reason', 'too late'], env);
    expect(late).toMatchObject({ code: 1, stdout: '' });
    expect(late.stderr).toContain('JOB_ALREADY_FINISHED');
  });

  it.each([
    [['--help'], 0, 'Usage: longhaul admin', ''],
    [[], 2, '', 'No command given'],
    [['nonsense'], 2, '', 'Unknown command: nonsense'],
    [['retry'], 2, '', 'retry needs the id of at least one job'],
    [['terminate', UNKNOWN], 2, '', 'terminate needs --reason'],
    [['show', UNKNOWN, '--nonsense'], 2, '', "'--nonsense'"],
  ] as const)('prints its usage for %j', async (args, code, stdout, stderr) => {
    const result = await admin([...args]);
    expect(result.code).toBe(code);
    expect(result.stdout).toContain(stdout);
    expect(result.stderr).toContain(stderr);
  });

  it.each([
    [
      'nothing listens',
      { LONGHAUL_URL: 'http://127.0.0.1:1' },
      6,
      'Cannot reach the API at http://127.0.0.1:1',
    ],
    ['the URL is none', { LONGHAUL_URL: 'localhost:3000' }, 2, 'LONGHAUL_URL must be'],
    ['the key can be none', { LONGHAUL_API_KEY: 'sëcret' }, 2, 'LONGHAUL_API_KEY must have'],
  ])('prints what to do when %s', async (_, env, code, stderr) => {
    const result = await admin(['failed'], env);
    expect(result.code).toBe(code);
    expect(result.stderr).toContain(stderr);
    expect(result.stderr).not.toContain('sëcret');
  });
});
