import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type { JobEnded, JobFailed } from '../../src/contract/http/callback-schemas.js';
import { laneIdFor, workflowIdFor } from '../../src/contract/names.js';
import type { StartedDownload } from '../../src/contract/http/answers.js';
import { pseudoText } from '../support/pseudo-text.js';
import { Receiver } from '../support/receiver.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

/** Workers poll every 10 s and skip jobs that ended just now. */
const REPORTED_WITHIN_MS = 60_000;

/** Builds for much longer than a test runs. */
const ENDLESS = { fileId: 70_001, archive: { compression: 'deflate' } };

describeWith(await locateTemporalCli(), 'job terminated in the Web UI', (temporalCli) => {
  let receiver: Receiver;
  let operator: Receiver;
  let stack: Stack;
  let client: Client;

  beforeAll(async () => {
    [receiver, operator] = await Promise.all([Receiver.start(), Receiver.start()]);
    stack = await Stack.start({
      temporalCli,
      workers: 2,
      env: {
        MAX_RUNNING_JOBS_PER_USER: '1',
        OUTBOUND_ALLOWED_HOSTS: receiver.host,
        OPERATOR_WEBHOOK_URL: operator.url,
        WEBHOOK_SECRETS: `whsec_${randomBytes(32).toString('base64')}`,
      },
    });
    client = new Client({ connection: await Connection.connect({ address: stack.temporalAddress }) });
    await stack.store.write('downloads/70001', pseudoText(512 * 1024 * 1024));
  });
  afterAll(async () => {
    await client?.connection.close();
    await stack?.stop();
    await Promise.all([receiver, operator].map((server) => server?.stop()));
  });

  async function building(userId: string, labels: Record<string, string> = {}): Promise<string> {
    const body = { ...ENDLESS, callbackUrl: `${receiver.url}/hook`, labels };
    const answer = await stack.post('/v1/download/initiate', body, { 'x-user-id': userId });
    const { jobId } = (await answer.json()) as StartedDownload;
    await waitFor('the job to build', async () => {
      const status = await stack.request(`/v1/download/status/${jobId}`, {
        headers: { 'x-user-id': userId },
      });
      return ((await status.json()) as { bytesProcessed: number }).bytesProcessed > 0;
    });
    return jobId;
  }

  const job = (jobId: string) => client.workflow.getHandle(workflowIdFor(jobId));
  const callbacksAt = <T extends JobEnded | JobFailed>(server: Receiver, jobId: string) =>
    server.requests.map(({ body }) => JSON.parse(body) as T).filter(({ data }) => data.jobId === jobId);
  const reported = (jobId: string) =>
    waitFor(
      'both callbacks',
      () => callbacksAt(receiver, jobId).length > 0 && callbacksAt(operator, jobId).length > 0,
      REPORTED_WITHIN_MS,
    );

  it('is reported as failed once and frees its slot', async () => {
    const jobId = await building('ada', { album: '2026' });
    const { runId } = await job(jobId).describe();
    await job(jobId).terminate('It hangs.');
    await reported(jobId);
    expect(callbacksAt<JobEnded>(receiver, jobId)).toMatchObject([
      {
        type: 'download.failed',
        data: {
          status: 'failed',
          labels: { album: '2026' },
          completedAt: expect.any(String),
          error: { code: 'JOB_TERMINATED', supportId: runId },
        },
      },
    ]);
    expect(callbacksAt<JobFailed>(operator, jobId)).toMatchObject([
      { data: { userId: 'ada', code: 'JOB_TERMINATED', workflowId: workflowIdFor(jobId) } },
    ]);
    await waitFor(
      'the lane to end',
      async () => (await client.workflow.getHandle(laneIdFor('ada')).describe()).status.name === 'COMPLETED',
    );
  });

  it('is not reported when it was reset instead', async () => {
    const reset = await building('bob');
    const { runId } = await job(reset).describe();
    const how = `workflow reset --type FirstWorkflowTask --address ${stack.temporalAddress} --reason test`;
    await promisify(execFile)(temporalCli, [...how.split(' '), '--workflow-id', workflowIdFor(reset)]);
    await waitFor('the job to go on', async () => (await job(reset).describe()).runId !== runId);
    // A report of the later end proves that workers have seen the earlier one.
    const later = await building('carl');
    await job(later).terminate('It hangs.');
    await reported(later);
    expect(callbacksAt(receiver, reset)).toEqual([]);
    await job(reset).cancel();
    await waitFor('the callback', () => callbacksAt(receiver, reset).length > 0);
    expect(callbacksAt(receiver, reset)).toMatchObject([{ type: 'download.cancelled' }]);
  });
});
