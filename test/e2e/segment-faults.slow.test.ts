import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { isCompletion, isPart } from '../contracts/faulty-s3.js';
import { type Fault, FaultProxy, type SeenRequest } from '../support/fault-proxy.js';
import { NoiseJob } from '../support/noise-job.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const MIB = 1024 * 1024;
const FILES = 4;
const FILE_BYTES = 75 * MIB;
const MINUTES = 60_000;

const isRead = ({ method, key }: SeenRequest) => method === 'GET' && key.includes('downloads/');
const errorIn200: Fault = {
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from(
    '<?xml version="1.0"?>\n<Error><Code>InternalError</Code><Message>injected</Message></Error>',
  ),
};
const slowDown: Fault = { status: 503, code: 'SlowDown' };

const programs = await Promise.all([locateTemporalCli(), locateSeaweedFs()]);

describeWith(programs, 'segments on a faulty store', (temporalCli, seaweedFs) => {
  let server: S3Server;
  let proxy: FaultProxy;
  let stack: Stack;
  let job: NoiseJob;
  beforeAll(async () => {
    server = await startSeaweedFs(seaweedFs);
    proxy = await FaultProxy.start(server.endpoint);
    const s3 = { ...server, endpoint: proxy.url };
    stack = await Stack.start({ temporalCli, s3, env: { ZIP_ENGINE: 'segments' } });
    job = new NoiseJob(stack, FILES, FILE_BYTES);
    await job.storeFiles();
    // Without faults, so that the store is probed and remembers checksums only then.
    await job.expectArchive(await stack.waitUntilFinal(await job.start(), { timeoutMs: 5 * MINUTES }));
  }, 10 * MINUTES);
  afterAll(async () => {
    await stack?.stop();
    await proxy?.stop();
    await server?.stop();
  });

  function failing(matches: (request: SeenRequest) => boolean, fault: Fault, times: number): () => number {
    let met = 0;
    proxy.reset();
    proxy.fault = (request) => {
      if (!matches(request) || met >= times) return undefined;
      met += 1;
      return fault;
    };
    return () => met;
  }

  it.each<[string, (request: SeenRequest) => boolean, Fault]>([
    ['SlowDown for parts', isPart, slowDown],
    ['lost answers to parts', isPart, 'lose answer'],
    ['500 for parts that arrived', isPart, 'spoil answer'],
    ['SlowDown for reads', isRead, slowDown],
    ['torn bodies', isRead, { bytes: 100_000, ending: 'cut' }],
    ['an error inside the 200 of the completion', isCompletion, errorIn200],
    ['500 after the completion', isCompletion, 'spoil answer'],
    ['a lost answer to the completion', isCompletion, 'lose answer'],
  ])(
    'build the archive despite %s',
    async (_, matches, fault) => {
      const met = failing(matches, fault, 2);
      const status = await stack.waitUntilFinal(await job.start(), { timeoutMs: 5 * MINUTES });
      expect(met()).toBe(2);
      proxy.reset();
      await job.expectArchive(status);
    },
    10 * MINUTES,
  );

  it(
    'copy despite errors inside the 200 of copies',
    async () => {
      // The first job leaves the checksums without which the second one would not copy.
      await job.expectArchive(await stack.waitUntilFinal(await job.start(), { timeoutMs: 5 * MINUTES }));
      const met = failing(isPart, errorIn200, 2);
      const { jobId } = await stack.initiate(job.body);
      const status = await stack.waitUntilFinal(jobId, { timeoutMs: 5 * MINUTES });
      expect(met()).toBe(2);
      proxy.reset();
      await job.expectArchive(status);
    },
    10 * MINUTES,
  );

  it(
    'leave nothing when parts arrive after the abort',
    async () => {
      let release!: () => void;
      const until = new Promise<void>((resolve) => (release = resolve));
      failing(isPart, { until }, Infinity);
      const jobId = await job.start();
      await waitFor('a part to be sent', () => proxy.requests.some(isPart));
      await stack.post(`/v1/download/cancel/${jobId}`);
      const { status } = await stack.waitUntilFinal(jobId, { timeoutMs: 5 * MINUTES });
      expect(status).toBe('cancelled');
      release();
      proxy.reset();
      await waitFor('the parts to be refused', async () => (await stack.artifacts(jobId)).length === 0);
      await job.expectNoUpload();
    },
    10 * MINUTES,
  );
});
