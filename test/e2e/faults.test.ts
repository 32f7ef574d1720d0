import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import {
  building,
  expectNeverBack,
  expectNoUploads,
  expectRightArchive,
  SLOW_JOB,
  writeSlowFile,
  writeSmallFiles,
} from '../support/interruptible-job.js';
import { describeWith } from '../support/require-server.js';
import { S3ObjectStore } from '../../src/storage/s3/s3-object-store.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const programs = await Promise.all([locateTemporalCli(), locateSeaweedFs()]);

describeWith(programs, 'download', (temporalCli, weed) => {
  let s3: S3Server;
  let stack: Stack;
  beforeAll(async () => {
    s3 = await startSeaweedFs(weed);
    const store = new S3ObjectStore({ ...s3, forcePathStyle: true, credentials: s3 });
    await writeSlowFile(store);
  });
  afterAll(() => s3?.stop());
  beforeEach(async () => {
    stack = await Stack.start({ temporalCli, s3, env: { HEARTBEAT_TIMEOUT_MS: '5000' } });
    await writeSmallFiles(stack.store);
  });
  afterEach(() => stack?.stop());

  it('survives a killed worker and orphans no upload', async () => {
    const { jobId } = await stack.initiate(SLOW_JOB);
    const seen: DownloadStatus[] = [];
    await stack.until(jobId, building, { seen });
    await stack.workers[0]!.kill();
    await stack.startWorker();
    await stack.until(jobId, (status) => status.attempts === 2, { seen });
    const status = await stack.waitUntilFinal(jobId, { seen });
    expect(status).toMatchObject({ status: 'completed', attempts: 2 });
    expectNeverBack(seen);
    await expectRightArchive(stack, jobId);
    await expectNoUploads(stack);
  });

  it('is rejected while Temporal is down', async () => {
    await stack.temporal.kill();
    const response = await stack.post('/v1/download/initiate', { fileId: 70_001 });
    expect(response.status).toBe(503);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await response.json()).toMatchObject({ code: 'TEMPORAL_UNAVAILABLE' });
    expect((await stack.request('/health')).status).toBe(503);

    await stack.startTemporal();
    await waitFor('the API to find Temporal again', async () => (await stack.request('/readyz')).ok);
    const { jobId } = await stack.initiate({ fileId: 70_001 });
    expect((await stack.waitUntilFinal(jobId)).status).toBe('completed');
  });
});
