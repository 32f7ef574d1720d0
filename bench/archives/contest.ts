import { randomUUID } from 'node:crypto';
import { Agent, fetch } from 'undici';
import { runChild, startChild } from '../support/child.js';
import type { Cost } from '../support/measure.js';
import type { Measurement, RowOptions } from '../support/row.js';
import { median } from '../support/statistics.js';
import {
  BUCKET,
  type BuiltZip,
  ETAG,
  stubAccess,
  type StubInfo,
  type StubOptions,
  type StubTraffic,
  TRAFFIC_PATH,
  type ZipTask,
} from './task.js';

const STUB = new URL('./s3-stub.js', import.meta.url);
const CONTENDERS = {
  ours: new URL('./ours.js', import.meta.url),
  naive: new URL('./naive.js', import.meta.url),
};

/** A task for a stub. */
export type StubTask = Omit<ZipTask, 'jobId' | 'store' | 'etag'>;

export type Contender = keyof typeof CONTENDERS;

/** One run of a contender. */
export interface Run extends Cost {
  /** Bytes of the archive. */
  size: number;
}

/** A stub that tells what went through it. */
export interface Stub extends StubInfo {
  traffic(): Promise<StubTraffic>;
  /** Returns 0 when there is no object with this key. */
  sizeOf(key: string): Promise<number>;
}

/** Runs `work` with a stub in a process of its own. */
export async function withStub<T>(options: StubOptions, work: (stub: Stub) => Promise<T>): Promise<T> {
  const { message, stop } = await startChild<StubInfo>(STUB, options);
  const ask = requestsTo(message.endpoint);
  const traffic = async () => (await (await ask('GET', TRAFFIC_PATH)).json()) as StubTraffic;
  const sizeOf = async (key: string) => {
    const answer = await ask('HEAD', `/${BUCKET}/${key}`);
    return answer.ok ? Number(answer.headers.get('content-length')) : 0;
  };
  try {
    return await work({ ...message, traffic, sizeOf });
  } finally {
    await stop();
  }
}

/** Trusts the certificate of the stub. */
function requestsTo(endpoint: string) {
  const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
  return (method: 'GET' | 'HEAD', path: string) => fetch(endpoint + path, { method, dispatcher });
}

/** Builds one archive in a fresh process. Fails when it is too small: an incomplete archive would look fast. */
export async function build(
  contender: Contender,
  stub: Stub,
  task: StubTask,
  smallest: number,
): Promise<Run> {
  // The certificate of the stub is one that nothing trusts.
  const env = stub.endpoint.startsWith('https:') ? { NODE_TLS_REJECT_UNAUTHORIZED: '0' } : {};
  const whole = {
    ...task,
    store: stubAccess(stub.endpoint),
    etag: ETAG,
    jobId: randomUUID(),
  };
  const { key, ...cost } = await runChild<Cost & BuiltZip>(CONTENDERS[contender], whole, env);
  const size = await stub.sizeOf(key);
  if (size < smallest) throw new Error(`The archive has ${size} bytes, fewer than its files`);
  return { ...cost, size };
}

/** Lets both build the same archive in turns. */
export async function contest(
  stub: Stub,
  task: StubTask,
  smallest: number,
  { rounds, log }: RowOptions,
): Promise<Record<Contender, Run[]>> {
  const runs: Record<Contender, Run[]> = { ours: [], naive: [] };
  for (let round = 0; round < rounds; round++) {
    for (const name of ['ours', 'naive'] as const) {
      const run = await build(name, stub, task, smallest);
      runs[name].push(run);
      log(
        `${name}: ${seconds(run.wallSeconds)} wall, ${seconds(run.cpuSeconds)} CPU, ${megabytes(run.peakRssBytes)}`,
      );
    }
  }
  return runs;
}

/** Compares the medians of one cost. */
export function compare(
  measure: string,
  { ours, naive }: Record<Contender, readonly Run[]>,
  of: (run: Run) => number,
  format: (value: number) => string,
  target: string,
): Measurement {
  const [a, b] = [median(ours.map(of)), median(naive.map(of))];
  return { measure, ours: format(a), peer: format(b), ratio: `${(b / a).toFixed(2)}× less`, target };
}

export function seconds(n: number): string {
  return `${n.toFixed(2)} s`;
}

export function megabytes(n: number): string {
  return `${Math.round(n / 1e6)} MB`;
}
