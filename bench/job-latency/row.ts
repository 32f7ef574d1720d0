import { randomBytes, randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { workflowIdFor } from '../../src/contract/names.js';
import { isFinal } from '../../src/contract/snapshot.js';
import { findTemporalCli } from '../../src/dev/temporal/temporal-binary.js';
import { Stack } from '../../test/support/stack.js';
import { startChild } from '../support/child.js';
import type { Measurement, Row, RowOptions } from '../support/row.js';
import { quantile } from '../support/statistics.js';
import { BARE_QUEUE } from './bare-names.js';
import type { bareWorkflow } from './bare-workflow.js';

const BARE_WORKER = new URL('./bare-worker.js', import.meta.url);

const FILE_IDS = [70_000, 70_001, 70_002];
const FILE_BYTES = 1024 * 1024;
const JOBS_PER_ROUND = { quick: 3, full: 10 };
/** Excluded from the results, because the first jobs of a process also load and compile code. */
const WARM_UP_JOBS = 3;
const POLL_MS = 5;

/** Duration of one job, in milliseconds. */
interface Latency {
  /** From the request until the client sees the completion. */
  clientSide: number;
  /** From start to close of the workflow, by the server's clock. */
  workflow: number;
}

/** Runs one job until it completes. */
type RunJob = () => Promise<Latency>;

/** P10: overhead of the product over Temporal's own time for the steps of a small job. */
export const jobLatency: Row = {
  id: 'P10',
  title:
    'time to completion of 3 files of 1 MiB: ours through HTTP against a bare workflow of empty activities',
  async run(options) {
    const { path: temporalCli } = await findTemporalCli({ toolsDir: resolve('.tools'), log: options.log });
    const stack = await Stack.start({ temporalCli });
    try {
      return await withStack(stack, options);
    } finally {
      await stack.stop();
    }
  },
};

async function withStack(stack: Stack, options: RowOptions): Promise<Measurement[]> {
  for (const id of FILE_IDS) await stack.store.write(`downloads/${id}`, randomBytes(FILE_BYTES));
  const connection = await Connection.connect({ address: stack.temporalAddress });
  const bareWorker = await startChild(BARE_WORKER, { address: stack.temporalAddress });
  try {
    const client = new Client({ connection });
    const { ours, bare } = await rounds(
      { ours: () => runOurs(stack, client), bare: () => runBare(client) },
      options,
    );
    return measurements(ours, bare);
  } finally {
    await bareWorker.stop();
    await connection.close();
  }
}

async function rounds(contenders: { ours: RunJob; bare: RunJob }, { rounds: count, quick, log }: RowOptions) {
  const latencies: Record<keyof typeof contenders, Latency[]> = { ours: [], bare: [] };
  for (const run of Object.values(contenders)) for (let i = 0; i < WARM_UP_JOBS; i++) await run();
  for (let round = 0; round < count; round++) {
    for (const name of ['ours', 'bare'] as const) {
      const ofRound: Latency[] = [];
      for (let i = quick ? JOBS_PER_ROUND.quick : JOBS_PER_ROUND.full; i > 0; i--) {
        ofRound.push(await contenders[name]());
      }
      latencies[name].push(...ofRound);
      const p50 = (of: keyof Latency) =>
        milliseconds(
          quantile(
            ofRound.map((latency) => latency[of]),
            0.5,
          ),
        );
      log(`${name}: p50 ${p50('clientSide')} client-side, ${p50('workflow')} start to close`);
    }
  }
  return latencies;
}

/** Runs a job through the API and polls at a short interval. */
async function runOurs(stack: Stack, client: Client): Promise<Latency> {
  const startedAt = performance.now();
  const { jobId } = await stack.initiate({ fileIds: FILE_IDS });
  let status = await stack.status(jobId);
  while (!isFinal(status.status)) {
    await delay(POLL_MS);
    status = await stack.status(jobId);
  }
  const clientSide = performance.now() - startedAt;
  if (status.status !== 'completed') throw new Error(`The job did not complete: ${JSON.stringify(status)}`);
  return { clientSide, workflow: await workflowTime(client, workflowIdFor(jobId)) };
}

async function runBare(client: Client): Promise<Latency> {
  const workflowId = `bench/${randomUUID()}`;
  const startedAt = performance.now();
  await client.workflow.execute<typeof bareWorkflow>('bareWorkflow', { workflowId, taskQueue: BARE_QUEUE });
  const clientSide = performance.now() - startedAt;
  return { clientSide, workflow: await workflowTime(client, workflowId) };
}

async function workflowTime(client: Client, workflowId: string): Promise<number> {
  const { startTime, closeTime } = await client.workflow.getHandle(workflowId).describe();
  return closeTime!.getTime() - startTime.getTime();
}

function measurements(ours: readonly Latency[], bare: readonly Latency[]): Measurement[] {
  const compare = (measure: string, of: keyof Latency, share: number, target: string) => {
    const valueOf = (latencies: readonly Latency[]) =>
      quantile(
        latencies.map((latency) => latency[of]),
        share,
      );
    const [a, b] = [valueOf(ours), valueOf(bare)];
    return { measure, ours: milliseconds(a), peer: milliseconds(b), ratio: `${(a / b).toFixed(2)}×`, target };
  };
  return [
    compare('client-side, p50', 'clientSide', 0.5, '≤ 1.3×, ≤ 250 ms'),
    compare('client-side, p95', 'clientSide', 0.95, ''),
    compare('workflow start to close, p50', 'workflow', 0.5, '≤ 1.3×'),
    compare('workflow start to close, p95', 'workflow', 0.95, ''),
  ];
}

function milliseconds(n: number): string {
  return `${Math.round(n)} ms`;
}
