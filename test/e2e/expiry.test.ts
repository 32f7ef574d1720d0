import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { SWEEP_SCHEDULE } from '../../src/contract/names.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const TTL_MS = 3_000;
const DAYS_MS = 10 * 86_400_000;

describeWith(await locateTemporalCli(), 'archive expiry', (temporalCli) => {
  let stack: Stack;
  let connection: Connection;
  let client: Client;
  beforeAll(async () => {
    stack = await Stack.start({ temporalCli, env: { DOWNLOAD_JOB_TTL_MS: String(TTL_MS) } });
    connection = await Connection.connect({ address: stack.temporalAddress });
    client = new Client({ connection });
    await stack.store.write('downloads/70000', Buffer.from('content'));
  });
  afterAll(async () => {
    await connection?.close();
    await stack?.stop();
  });

  const schedule = () => client.schedule.getHandle(SWEEP_SCHEDULE);

  it('ends links and status, and the sweep deletes bytes', async () => {
    const { jobId } = await stack.initiate({ fileId: 70_000 });
    const completed = await stack.until(jobId, ({ status }) => status === 'completed');
    const link = completed.downloadUrl!;
    expect((await fetch(link)).status).toBe(200);
    expect(await stack.artifacts(jobId)).toHaveLength(2);

    await waitFor('the archive to expire', async () => (await stack.status(jobId)).status === 'expired');
    expect(await stack.status(jobId)).toMatchObject({ progress: 100, downloadUrl: null, nextPollInMs: null });
    // The link itself is valid for five minutes.
    const late = await fetch(link);
    expect([late.status, ((await late.json()) as { code: string }).code]).toEqual([410, 'LINK_EXPIRED']);
    const redirect = await stack.request(`/v1/download/${jobId}`);
    expect([redirect.status, ((await redirect.json()) as { code: string }).code]).toEqual([
      410,
      'JOB_EXPIRED',
    ]);

    await schedule().trigger();
    await waitFor('the sweep', async () => (await stack.artifacts(jobId)).length === 0);
    expect((await stack.status(jobId)).status).toBe('expired');
    const files = await stack.request(`/v1/download/${jobId}/files`);
    expect([files.status, ((await files.json()) as { code: string }).code]).toEqual([410, 'JOB_EXPIRED']);
  });

  it('rebuilds once for repeated requests with one key', async () => {
    const body = { fileId: 70_000, clientRequestId: 'again' };
    const first = await stack.initiate(body);
    await stack.until(first.jobId, ({ status }) => status === 'completed');
    const again = () => stack.post('/v1/download/initiate', body);
    expect((await again()).headers.get('idempotency-replayed')).toBe('true');
    await waitFor(
      'the archive to expire',
      async () => (await stack.status(first.jobId)).status === 'expired',
    );
    const responses = await Promise.all(Array.from({ length: 10 }, again));
    const replayed = responses.map(({ headers }) => headers.get('idempotency-replayed'));
    expect(replayed.filter((value) => value === null)).toHaveLength(1);
    const completed = await stack.until(first.jobId, ({ status }) => status === 'completed');
    expect((await fetch(completed.downloadUrl!)).status).toBe(200);
  });

  it('sweeps nightly on a schedule the worker maintains', async () => {
    const nextSweep = async () => (await schedule().describe()).info.nextActionTimes[0]!.toISOString();
    expect(await nextSweep()).toMatch(/T03:00:00.000Z$/);
    await stack.startWorker({ CLEANUP_SCHEDULE: '15 2 * * *' });
    expect(await nextSweep()).toMatch(/T02:15:00.000Z$/);
  });

  it('warns when namespace retention is shorter than expiry', async () => {
    expect(stack.workers[0]!.log).not.toContain('raise its retention');
    const worker = await stack.startWorker({ DOWNLOAD_JOB_TTL_MS: String(DAYS_MS) });
    expect(worker.log).toContain(
      'the namespace deletes jobs before their archives expire: raise its retention',
    );
  });

  it('stops the worker when the schedule is invalid', async () => {
    await expect(stack.startWorker({ CLEANUP_SCHEDULE: 'every night' })).rejects.toThrow(
      /CLEANUP_SCHEDULE .*cron expression/,
    );
  });
});
