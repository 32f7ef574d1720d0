import { quantile } from '../support/statistics.js';

export interface BareInput {
  address: string;
  count: number;
  connections: number;
  body: object;
}

/** What starting many jobs took. */
export interface Starts {
  perSecond: number;
  /** Milliseconds. */
  p99: number;
  /** Of the process that starts them, per job, in milliseconds. */
  cpuMs: number;
}

/** Starts `count` jobs, `connections` at a time. */
export async function startAll(
  start: () => Promise<void>,
  count: number,
  connections: number,
): Promise<Omit<Starts, 'cpuMs'>> {
  const latencies: number[] = [];
  let left = count;
  const begun = performance.now();
  const starter = async () => {
    while (left-- > 0) {
      const asked = performance.now();
      await start();
      latencies.push(performance.now() - asked);
    }
  };
  await Promise.all(Array.from({ length: connections }, starter));
  return { perSecond: count / ((performance.now() - begun) / 1_000), p99: quantile(latencies, 0.99) };
}
