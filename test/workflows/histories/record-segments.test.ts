import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { workflowIdFor } from '../../../src/contract/names.js';
import { noise } from '../../support/bodies.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../../support/s3-servers.js';
import { describeWith } from '../../support/require-server.js';
import { Stack } from '../../support/stack.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { waitFor } from '../../support/wait-for.js';
import { saveHistory } from './save-history.js';

const MIB = 1024 * 1024;
const PATIENT = { timeoutMs: 300_000 };

jest.setTimeout(PATIENT.timeoutMs);

const programs = await Promise.all([locateTemporalCli(), locateSeaweedFs()]);

/** A tool, not a test: records histories of archives that are built from segments, or by the engine in one activity. */
describeWith(programs, 'history recorder of segments', (temporalCli, weed) => {
  let server: S3Server;
  let stack: Stack;
  let client: Client;
  beforeAll(async () => {
    server = await startSeaweedFs(weed);
    stack = await Stack.start({
      temporalCli,
      s3: server,
      env: { SHUTDOWN_GRACE_MS: '0' },
    });
    client = new Client({ connection: await Connection.connect({ address: stack.temporalAddress }) });
    const bytes = noise(60 * MIB);
    for (let id = 70_000; id < 70_012; id++) await stack.store.write(`downloads/${id}`, bytes);
  });
  afterAll(async () => {
    await client?.connection.close();
    await stack?.stop();
    await server?.stop();
  });

  const save = (name: string, jobId: string) => saveHistory(client, name, workflowIdFor(jobId));
  const large = {
    fileIds: Array.from({ length: 12 }, (_, i) => 70_000 + i),
    archive: { compression: 'store' },
  };

  it('records one activity', async () => {
    const { jobId } = await stack.initiate({ fileIds: [70_000, 70_001] });
    expect((await stack.waitUntilFinal(jobId, PATIENT)).status).toBe('completed');
    await save('completed-in-one-activity', jobId);
  });

  it('records segments', async () => {
    const { jobId } = await stack.initiate(large);
    expect((await stack.waitUntilFinal(jobId, PATIENT)).status).toBe('completed');
    await save('completed-from-segments', jobId);
  });

  it('records cancelled segments', async () => {
    const { jobId } = await stack.initiate(large);
    await stack.until(jobId, (status) => status.bytesProcessed > 0);
    await stack.post(`/v1/download/cancel/${jobId}`);
    expect((await stack.waitUntilFinal(jobId, PATIENT)).status).toBe('cancelled');
    await save('cancelled-segments', jobId);
  });

  it('records segments that were handed over', async () => {
    const { jobId } = await stack.initiate(large);
    await stack.until(jobId, (status) => status.bytesProcessed > 0);
    stack.workers[0]!.signal('SIGTERM');
    await stack.startWorker();
    expect((await stack.waitUntilFinal(jobId, PATIENT)).status).toBe('completed');
    await save('segments-handed-over', jobId);
  });

  it('records a segment that fails beside others', async () => {
    const { jobId } = await stack.initiate(large);
    const workflow = client.workflow.getHandle(workflowIdFor(jobId));
    await waitFor('the plan', async () => (await stack.artifacts(jobId)).some((key) => key.endsWith('plan.jsonl')));
    for (let id = 70_000; id < 70_012; id++) await stack.store.write(`downloads/${id}`, Buffer.from('changed'));
    expect((await stack.waitUntilFinal(jobId, PATIENT)).error?.code).toBe('FILE_CHANGED');
    await workflow.result().catch(() => {});
    await save('failed-segment', jobId);
  });
});
