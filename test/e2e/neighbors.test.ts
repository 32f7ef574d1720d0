import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import pMap from 'p-map';
import { noise } from '../support/bodies.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';

const BIG = Array.from({ length: 3_000 }, (_, i) => 100_000 + i);
const SMALL = [200_000, 200_001];
/** Latency of the store: all lookups of the big job take many times as long as a request may wait for a connection. */
const LATENCY_MS = 600;

const programs = await Promise.all([locateTemporalCli(), locateSeaweedFs()]);

describeWith(programs, 'Big job', (temporalCli, weed) => {
  let s3: S3Server;
  let proxy: FaultProxy;
  let stack: Stack;

  beforeAll(async () => {
    s3 = await startSeaweedFs(weed);
    proxy = await FaultProxy.start(s3.endpoint);
    stack = await Stack.start({ temporalCli, s3, env: { S3_ENDPOINT: proxy.url } });
    const bytes = noise(100);
    await pMap([...BIG, ...SMALL], (id) => stack.store.write(`downloads/${id}`, bytes), { concurrency: 32 });
  });
  afterEach(() => proxy.reset());
  afterAll(async () => {
    await stack?.stop();
    await proxy?.stop();
    await s3?.stop();
  });

  it('lets a small job pass on a slow store', async () => {
    proxy.fault = ({ method }) => (method === 'HEAD' ? { until: delay(LATENCY_MS) } : undefined);
    const { jobId } = await stack.initiate({ fileIds: BIG });
    const small = await stack.initiate({ fileIds: SMALL });
    const smallStatus = await stack.waitUntilFinal(small.jobId);
    const bigStatus = await stack.status(jobId);
    expect(smallStatus).toMatchObject({ status: 'completed', attempts: 1 });
    expect(bigStatus).toMatchObject({ status: 'running', bytesTotal: null });
    const completed = await stack.waitUntilFinal(jobId, { timeoutMs: 110_000 });
    expect(completed).toMatchObject({ status: 'completed', attempts: 1, filesProcessed: BIG.length });
  });
});
