import { resolve } from 'node:path';
import { findTemporalCli } from '../../src/dev/temporal/temporal-binary.js';
import { Stack } from '../../test/support/stack.js';
import type { RowOptions } from '../support/row.js';
import { type Stub, withStub } from './contest.js';
import { stubAccess, type StubOptions } from './task.js';

export interface StubStackOptions {
  stub: StubOptions;
  env?: Record<string, string>;
  workers?: number;
}

/** Runs `work` with the whole product: Temporal, API and workers, and a stub as their store. */
export async function withStubStack<T>(
  { stub: stubOptions, env = {}, workers = 1 }: StubStackOptions,
  { log }: RowOptions,
  work: (stack: Stack, stub: Stub) => Promise<T>,
): Promise<T> {
  const { path: temporalCli } = await findTemporalCli({ toolsDir: resolve('.tools'), log });
  return withStub(stubOptions, async (stub) => {
    const { credentials, ...access } = stubAccess(stub.endpoint);
    const s3 = { ...access, ...credentials };
    const stack = await Stack.start({ temporalCli, s3, workers, env: { ZIP_ENGINE: 'segments', ...env } });
    try {
      return await work(stack, stub);
    } finally {
      await stack.stop();
    }
  });
}

export function idsFrom(first: number, count: number): number[] {
  return Array.from({ length: count }, (_, i) => first + i);
}

/** Waits until a job has completed, and returns the seconds since `startedAt`. */
export async function completed(stack: Stack, jobId: string, startedAt: number): Promise<number> {
  const status = await stack.waitUntilFinal(jobId, { timeoutMs: 1_800_000 });
  if (status.status !== 'completed') throw new Error(`The job did not complete: ${JSON.stringify(status)}`);
  return (performance.now() - startedAt) / 1_000;
}
