import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { workflowIdFor } from '../../src/contract/names.js';
import { buildTimes } from '../support/build-times.js';
import { pseudoText } from '../support/pseudo-text.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';

const MIB = 1024 * 1024;

/** Builds long enough for other jobs to arrive meanwhile. */
const SLOW = { fileId: 70_000, archive: { compression: 'deflate' } };

describeWith(await locateTemporalCli(), 'worker queue', (temporalCli) => {
  let stack: Stack;
  let client: Client;
  beforeAll(async () => {
    stack = await Stack.start({
      temporalCli,
      env: { DOWNLOAD_WORKER_CONCURRENCY: '1' },
      // Order holds only within a queue partition, and workers poll a random one.
      dynamicConfig: ['matching.numTaskqueueReadPartitions=1', 'matching.numTaskqueueWritePartitions=1'],
    });
    client = new Client({ connection: await Connection.connect({ address: stack.temporalAddress }) });
    await stack.store.write('downloads/70000', pseudoText(24 * MIB));
  });
  afterAll(async () => {
    await client?.connection.close();
    await stack?.stop();
  });

  async function post(userId: string, more: object = {}): Promise<string> {
    const response = await stack.post('/v1/download/initiate', { ...SLOW, ...more }, { 'x-user-id': userId });
    return ((await response.json()) as { jobId: string }).jobId;
  }

  /** Counts the other jobs that started building while this job was waiting in the queue. */
  async function overtakers(jobId: string, others: string[]): Promise<number> {
    const jobIds = [jobId, ...others];
    await Promise.all(jobIds.map((id) => client.workflow.getHandle(workflowIdFor(id)).result()));
    const [own, ...rest] = (await Promise.all(jobIds.map((id) => buildTimes(client, id)))).flat();
    return rest.filter(({ startedAt }) => startedAt > own!.from && startedAt < own!.startedAt).length;
  }

  // A worker may have polled before the job arrived, and a busy machine enqueues the job late.
  const MOST_OVERTAKERS = 6;

  it('runs standard jobs before low-priority jobs', async () => {
    const low: string[] = [];
    for (let i = 0; i < 20; i++) low.push(await post('anne', { priority: 'low' }));
    expect(await overtakers(await post('anne'), low)).toBeLessThanOrEqual(MOST_OVERTAKERS);
  });

  it('alternates between users', async () => {
    const many: string[] = [];
    for (let i = 0; i < 30; i++) many.push(await post('anne'));
    expect(await overtakers(await post('bob'), many)).toBeLessThanOrEqual(MOST_OVERTAKERS);
  });
});
