import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import { isFinal } from '../../src/contract/snapshot.js';
import { expectForward, NoiseJob } from '../support/noise-job.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { random } from '../support/zip/random-files.js';

const MIB = 1024 * 1024;
const FILES = 8;
const FILE_BYTES = 256 * MIB;
const TIMES = 10;
const MINUTES = 60_000;

const programs = await Promise.all([locateTemporalCli(), locateSeaweedFs()]);

describeWith(programs, 'segments of a killed worker', (temporalCli, seaweedFs) => {
  let server: S3Server;
  let stack: Stack;
  let job: NoiseJob;
  beforeAll(async () => {
    server = await startSeaweedFs(seaweedFs);
    const env = {
      ZIP_ENGINE: 'segments',
      HEARTBEAT_TIMEOUT_MS: '5000',
      SHUTDOWN_GRACE_MS: '0',
      // Every kill costs an attempt.
      DOWNLOAD_MAX_ATTEMPTS: String(TIMES + 5),
    };
    stack = await Stack.start({ temporalCli, s3: server, env });
    job = new NoiseJob(stack, FILES, FILE_BYTES);
    await job.storeFiles();
  }, 5 * MINUTES);
  afterAll(async () => {
    await stack?.stop();
    await server?.stop();
  });

  /** Interrupts the worker once the job has reached each of these shares of its bytes. */
  async function interrupted(shares: readonly number[], interrupt: () => Promise<void>) {
    const jobId = await job.start();
    const seen: DownloadStatus[] = [];
    for (const share of shares) {
      const reached = ({ bytesProcessed, status }: DownloadStatus) =>
        bytesProcessed >= share * FILES * FILE_BYTES || isFinal(status);
      const { status } = await stack.until(jobId, reached, { timeoutMs: 5 * MINUTES, seen });
      if (isFinal(status)) break;
      await interrupt();
      await stack.startWorker();
    }
    const status = await stack.waitUntilFinal(jobId, { timeoutMs: 10 * MINUTES, seen });
    expectForward(seen);
    return status;
  }

  const kill = () => stack.workers.at(-1)!.kill();

  it(
    'completes after kills at 20, 50 and 95 %',
    async () => {
      const status = await interrupted([0.2, 0.5, 0.95], kill);
      expect(status.status).toBe('completed');
      await job.expectArchive(status);
    },
    20 * MINUTES,
  );

  it(
    'completes after kills at ten random moments',
    async () => {
      const next = random(Date.now() % 1_000_000);
      const shares = Array.from({ length: TIMES }, () => next()).toSorted((a, b) => a - b);
      const status = await interrupted(shares, kill);
      expect(status.status).toBe('completed');
      await job.expectArchive(status);
    },
    20 * MINUTES,
  );

  it(
    'uses no attempt when ten workers in a row stop',
    async () => {
      const shares = Array.from({ length: TIMES }, (_, i) => (i + 0.5) / TIMES);
      const status = await interrupted(shares, async () => stack.workers.at(-1)!.signal('SIGTERM'));
      expect(status.attempts).toBe(1);
      await job.expectArchive(status);
    },
    20 * MINUTES,
  );
});
