import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { pino } from 'pino';
import { ArchivePresence } from '../../src/jobs/archive-presence.js';
import { Admission } from '../../src/jobs/admission.js';
import { BuildQueueLimit } from '../../src/temporal/build-queue-limit.js';
import { TemporalJobs } from '../../src/temporal/jobs/temporal-jobs.js';
import { TemporalUserQueues } from '../../src/temporal/lanes/temporal-user-queues.js';
import { workflowIdFor } from '../../src/contract/names.js';
import { aJob } from '../support/jobs.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

/** Jobs without slots, so that the test covers only their start. */
function unlimited(client: Client): TemporalJobs {
  const logger = pino({ level: 'silent' });
  const queues = new TemporalUserQueues(client, logger, 5_000);
  const archives = new ArchivePresence({ head: async () => {} });
  const admission = new Admission(queues, 0);
  const buildQueue = new BuildQueueLimit(client, 0);
  return new TemporalJobs({ client, logger, queues, admission, archives, buildQueue, isCapped: false });
}

describeWith(await locateTemporalCli(), 'job start while Temporal is frozen', (temporalCli) => {
  let stack: Stack;
  let connection: Connection;
  let client: Client;

  beforeAll(async () => {
    stack = await Stack.start({ temporalCli, workers: 0, env: { REQUEST_TIMEOUT_MS: '1000' } });
    connection = Connection.lazy({ address: stack.temporalAddress });
    client = new Client({ connection });
  });
  afterAll(async () => {
    await connection?.close();
    await stack?.stop();
  });

  it('starts nothing after the request was answered', async () => {
    await stack.temporal.pause();
    const responses = await Promise.all(
      Array.from({ length: 10 }, () => stack.post('/v1/download/initiate', { fileId: 70_000 })),
    );
    stack.temporal.resume();
    expect(new Set(responses.map(({ status }) => status))).toEqual(new Set([503]));
    // Visibility indexes starts in order: once a later job is listed, no earlier one will appear.
    const later = aJob();
    const downloads = unlimited(client);
    await waitFor('Temporal to go on', () => downloads.start(later, Date.now() + 5_000));
    const seen = async () => {
      const ids: string[] = [];
      for await (const { workflowId } of client.workflow.list()) ids.push(workflowId);
      return ids;
    };
    await waitFor('the later job to be seen', async () => (await seen()).length > 0);
    expect(await seen()).toEqual([workflowIdFor(later.jobId)]);
  });

  it('starts nothing after its deadline', async () => {
    const downloads = unlimited(client);
    const job = aJob();
    await expect(downloads.start(job, Date.now() - 1)).rejects.toMatchObject({ code: 'REQUEST_TIMEOUT' });
    await expect(downloads.view(job.jobId)).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
  });
});

describeWith(await locateTemporalCli(), 'worker while Temporal is frozen', (temporalCli) => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ temporalCli, workers: 0, env: { SHUTDOWN_GRACE_MS: '100' } });
  });
  afterAll(() => stack?.stop());

  it('shuts down during a pending call', async () => {
    const worker = await stack.startWorker();
    await stack.temporal.pause();
    // The worker polls for terminated jobs and gets no answer.
    await waitFor('a poll to fail', () => worker.log.includes('polling for terminated jobs failed'));
    worker.signal('SIGTERM');
    await waitFor('the worker to end', () => !worker.isRunning, 60_000);
    expect(worker.isRunning).toBe(false);
  });
});
