import { randomBytes } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pMap from 'p-map';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import { isFinal } from '../../src/contract/snapshot.js';
import { findTemporalCli } from '../../src/dev/temporal/temporal-binary.js';
import { locateSeaweedFs, startSeaweedFs } from '../../test/support/s3-servers.js';
import { Stack } from '../../test/support/stack.js';
import type { Measurement, Row, RowOptions } from '../support/row.js';

const FIRST_ID = 100_000;
const BIG_FILES = { quick: 500, full: 10_000 };
const NEIGHBORS = 6;
const FILES_PER_NEIGHBOR = 2;
const FILE_BYTES = 1024;
const WRITES_AT_ONCE = 32;
const POLL_MS = 50;

/** One finished job. Times are seconds from the request. */
interface Timing {
  lookedUp: number;
  completed: number;
  attempts: number;
}

/** P13: a job of 10,000 files and six small jobs on one worker, together and each alone. */
export const bigNeighbor: Row = {
  id: 'P13',
  title: 'a job of 10,000 files beside six jobs of 2 files on one worker: together against each alone',
  async run(options) {
    const { path: temporalCli } = await findTemporalCli({ toolsDir: resolve('.tools'), log: options.log });
    const seaweedFs = await locateSeaweedFs();
    if ('missing' in seaweedFs) throw new Error(seaweedFs.missing);
    const s3 = await startSeaweedFs(seaweedFs.path);
    const stack = await Stack.start({ temporalCli, s3 });
    try {
      return await withStack(stack, options);
    } finally {
      await Promise.all([stack.stop(), s3.stop()]);
    }
  },
};

async function withStack(stack: Stack, { quick, log }: RowOptions): Promise<Measurement[]> {
  const big = idsFrom(FIRST_ID, quick ? BIG_FILES.quick : BIG_FILES.full);
  const small = Array.from({ length: NEIGHBORS }, (_, i) =>
    idsFrom(FIRST_ID + big.length + i * FILES_PER_NEIGHBOR, FILES_PER_NEIGHBOR),
  );
  const bytes = randomBytes(FILE_BYTES);
  await pMap([...big, ...small.flat()], (id) => stack.store.write(`downloads/${id}`, bytes), {
    concurrency: WRITES_AT_ONCE,
  });
  log(`${big.length} files stored`);
  const runSmall = () => Promise.all(small.map((ids) => runJob(stack, ids)));
  await runSmall(); // Warm-up: the first jobs of a process also load and compile code.
  const smallAlone = await runSmall();
  log(`small jobs alone: ${smallAlone.map(({ completed }) => seconds(completed)).join(', ')}`);
  const bigAlone = await runJob(stack, big);
  log(
    `big job alone: looked up after ${seconds(bigAlone.lookedUp)}, done after ${seconds(bigAlone.completed)}`,
  );
  const beside = runJob(stack, big);
  const smallBeside = await runSmall();
  log(`small jobs beside it: ${smallBeside.map(({ completed }) => seconds(completed)).join(', ')}`);
  const bigBeside = await beside;
  return [
    compare('big job: all files looked up', bigBeside.lookedUp, bigAlone.lookedUp, '≤ 10 s'),
    compare('big job: completed', bigBeside.completed, bigAlone.completed, ''),
    compare('small jobs: completed, slowest', slowest(smallBeside), slowest(smallAlone), '≤ 3 s'),
    attempts('attempts, most of any job', [bigBeside, ...smallBeside], [bigAlone, ...smallAlone]),
  ];
}

function idsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

async function runJob(stack: Stack, fileIds: readonly number[]): Promise<Timing> {
  const startedAt = performance.now();
  const passed = () => (performance.now() - startedAt) / 1_000;
  const { jobId } = await stack.initiate({ fileIds });
  let lookedUp: number | undefined;
  for (;;) {
    const status: DownloadStatus = await stack.status(jobId);
    if (status.bytesTotal !== null) lookedUp ??= passed();
    if (status.status === 'completed') {
      return { lookedUp: lookedUp!, completed: passed(), attempts: status.attempts };
    }
    if (isFinal(status.status)) throw new Error(`The job did not complete: ${JSON.stringify(status)}`);
    await delay(POLL_MS);
  }
}

function slowest(jobs: readonly Timing[]): number {
  return Math.max(...jobs.map(({ completed }) => completed));
}

function compare(measure: string, together: number, alone: number, target: string): Measurement {
  const ratio = `${(together / alone).toFixed(2)}×`;
  return { measure, ours: seconds(together), peer: `${seconds(alone)} alone`, ratio, target };
}

function attempts(measure: string, together: readonly Timing[], alone: readonly Timing[]): Measurement {
  const most = (jobs: readonly Timing[]) => String(Math.max(...jobs.map((job) => job.attempts)));
  return { measure, ours: most(together), peer: `${most(alone)} alone`, ratio: '–', target: '1' };
}

function seconds(s: number): string {
  return `${s.toFixed(1)} s`;
}
