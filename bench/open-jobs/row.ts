import { randomBytes, randomUUID } from 'node:crypto';
import { Agent } from 'node:http';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import pMap from 'p-map';
import type { StartedDownload } from '../../src/contract/http/answers.js';
import { findTemporalCli } from '../../src/dev/temporal/temporal-binary.js';
import { locateSeaweedFs, startSeaweedFs } from '../../test/support/s3-servers.js';
import { Stack } from '../../test/support/stack.js';
import type { Measurement, Row, RowOptions } from '../support/row.js';
import { quantile } from '../support/statistics.js';
import { followJob, type Followed } from './follow-job.js';

const FILE_IDS = [70_000, 70_001, 70_002];
const FILE_BYTES = 64 * 1024;
const STARTED_AT_ONCE = 10;

/** P11: real jobs on a whole stack, every one polled by a client that keeps to `nextPollInMs`. */
export const openJobs: Row = {
  id: 'P11',
  title: '1,000 jobs open at once on a whole stack, each polled as nextPollInMs asks',
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
  for (const id of FILE_IDS) await stack.store.write(`downloads/${id}`, randomBytes(FILE_BYTES));
  const count = quick ? 50 : 1_000;
  const agent = new Agent({ keepAlive: true });
  const startedAt = performance.now();
  const followed: Promise<Followed>[] = [];
  await pMap(
    Array.from({ length: count }),
    async () => {
      const { jobId, nextPollInMs } = await startJob(stack);
      followed.push(followJob(`${stack.baseUrl}/v1/download/status/${jobId}`, nextPollInMs, agent));
    },
    { concurrency: STARTED_AT_ONCE },
  );
  log(`${count} jobs accepted after ${seconds(performance.now() - startedAt)}`);
  const jobs = await Promise.all(followed);
  agent.destroy();
  log(`all ended after ${seconds(performance.now() - startedAt)}`);
  return measurements(jobs);
}

/** Repeats a start that was refused for load, as a client does that honors Retry-After. */
async function startJob(stack: Stack): Promise<StartedDownload> {
  const body = { fileIds: FILE_IDS, clientRequestId: randomUUID() };
  for (;;) {
    const response = await stack.post('/v1/download/initiate', body);
    if (response.status === 202) return (await response.json()) as StartedDownload;
    await delay(Number(response.headers.get('retry-after') ?? 1) * 1_000);
  }
}

function measurements(jobs: readonly Followed[]): Measurement[] {
  const latencies = jobs.flatMap((job) => job.latencies);
  const sum = (count: (job: Followed) => number) => jobs.reduce((total, job) => total + count(job), 0);
  return [
    line(`${jobs.length} open jobs: status, p50`, `${quantile(latencies, 0.5).toFixed(0)} ms`, ''),
    line(`${jobs.length} open jobs: status, p99`, `${quantile(latencies, 0.99).toFixed(0)} ms`, '≤ 250 ms'),
    line('statuses that were no 200', `${sum((job) => job.failures)} of ${latencies.length}`, '0'),
    line('statuses marked stale', `${sum((job) => job.stale)} of ${latencies.length}`, ''),
    line('jobs that did not complete', String(sum((job) => Number(job.status !== 'completed'))), '0'),
  ];
}

/** P11 has no peer. */
function line(measure: string, ours: string, target: string): Measurement {
  return { measure, ours, peer: '–', ratio: '–', target };
}

function seconds(ms: number): string {
  return `${(ms / 1_000).toFixed(1)} s`;
}
