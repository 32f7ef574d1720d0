import { quantile } from '../support/statistics.js';

export interface BareInput {
  address: string;
  count: number;
  connections: number;
  body: object;
}

/** Result of starting many jobs. */
export interface Starts {
  perSecond: number;
  /** Latency, in milliseconds. */
  p99: number;
  /** CPU time of the starting process per job, in milliseconds. */
  cpuMs: number;
}

/** Starts `count` jobs, `connections` of them concurrently. */
export async function startAll(
  start: () => Promise<void>,
  count: number,
  connections: number,
): Promise<Omit<Starts, 'cpuMs'>> {
  const latencies: number[] = [];
  let remaining = count;
  const startedAt = performance.now();
  const starter = async () => {
    while (remaining-- > 0) {
      const requestedAt = performance.now();
      await start();
      latencies.push(performance.now() - requestedAt);
    }
  };
  await Promise.all(Array.from({ length: connections }, starter));
  return { perSecond: count / ((performance.now() - startedAt) / 1_000), p99: quantile(latencies, 0.99) };
}
