import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { workflowIdFor } from '../../src/contract/names.js';
import { jobPrefix } from '../../src/storage/keys.js';
import { collect, noise } from '../support/bodies.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const MIB = 1024 * 1024;
const FILES = 6;
/** Events of the history at which jobs are cancelled: from the look-up over two segments to publishing. */
const MOMENTS = Array.from({ length: 10 }, (_, i) => 1 + 8 * i);
const ENDING_MS = 20_000;

const programs = await Promise.all([locateTemporalCli(), locateSeaweedFs()]);

describeWith(programs, 'a cancel at any moment', (temporalCli, seaweedFs) => {
  let server: S3Server;
  let stack: Stack;
  let connection: Connection;
  let client: Client;
  beforeAll(async () => {
    server = await startSeaweedFs(seaweedFs);
    stack = await Stack.start({ temporalCli, s3: server, env: { ZIP_ENGINE: 'segments' } });
    connection = await Connection.connect({ address: stack.temporalAddress });
    client = new Client({ connection });
    const bytes = noise(30 * MIB);
    for (let i = 0; i < 2 * FILES; i++) await stack.store.write(`downloads/${70_000 + i}`, bytes);
  });
  afterAll(async () => {
    await connection?.close();
    await stack?.stop();
    await server?.stop();
  });

  const body = {
    fileIds: Array.from({ length: 2 * FILES }, (_, i) => 70_000 + i),
    archive: { compression: 'store' },
  };

  it('ends a job in seconds and leaves nothing', async () => {
    const endings = new Set<string>();
    for (const events of MOMENTS) {
      const { jobId } = await stack.initiate(body);
      const workflow = client.workflow.getHandle(workflowIdFor(jobId));
      const isRunning = async () => (await workflow.describe()).status.name === 'RUNNING';
      await waitFor(
        `${events} events`,
        async () => (await workflow.describe()).historyLength >= events || !(await isRunning()),
      );
      await stack.post(`/v1/download/cancel/${jobId}`);
      await waitFor(`the end after ${events} events`, async () => !(await isRunning()), ENDING_MS);
      const { status } = await stack.waitUntilFinal(jobId);
      endings.add(status);
      expect(['cancelled', 'completed']).toContain(status);
      if (status === 'cancelled') expect(await stack.artifacts(jobId)).toEqual([]);
      expect(await collect(stack.store.listUploads(jobPrefix(jobId)))).toEqual([]);
    }
    expect(endings).toContain('cancelled');
  }, 300_000);
});
