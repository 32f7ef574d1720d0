import { LRUCache } from 'lru-cache';
import type { JobView } from '../jobs.js';

/** Cost of one file besides its bytes, in bytes that take as long: latency dominates the time of smaller files. */
const FILE_COST_BYTES = 256 * 1024;

/** The shortest time that a rate is derived from, because the fixed costs of a build dominate a shorter one. */
export const MIN_OBSERVED_MS = 1_000;

/** Older observations count no more, because the load on workers and sources has changed. */
const OBSERVATION_TTL_MS = 10 * 60_000;

/** The observed builds that one server remembers. */
const MAX_BUILDS = 100;

/** Returns the cost of files in bytes. It grows with their number too, so that many tiny files take their time. */
export function costOf(files: number, bytes: number): number {
  return bytes + files * FILE_COST_BYTES;
}

/** Returns cost per millisecond; null when too little was observed. */
export function rateOf(cost: number, ms: number | null): number | null {
  return ms !== null && ms >= MIN_OBSERVED_MS && cost > 0 ? cost / ms : null;
}

/** The rate at which builds proceeded lately, from the views of jobs that this server has read. */
export class TransferRate {
  private readonly builds = new LRUCache<string, { rate: number; at: number }>({ max: MAX_BUILDS });

  /** @param now a clock in milliseconds since the epoch. */
  constructor(private readonly now: () => number = Date.now) {}

  /** Learns from a build that runs, or from one that completed at its first attempt. */
  observe({ runId, snapshot, live }: JobView): void {
    if (snapshot.phase === 'building' && live && !live.retry) {
      this.add(runId, rateOf(costOf(live.files, live.bytes), live.attemptMs), this.now());
    }
    const { buildStartedAt, completedAt, archive, attempts, bytesHighWater } = snapshot;
    if (!archive || !buildStartedAt || !completedAt || attempts > 1) return;
    const at = Date.parse(completedAt);
    this.add(runId, rateOf(costOf(archive.files, bytesHighWater), at - Date.parse(buildStartedAt)), at);
  }

  /** The median rate of recent builds, in cost per millisecond; null while none was observed. */
  get recent(): number | null {
    const oldest = this.now() - OBSERVATION_TTL_MS;
    const recent = [...this.builds.values()].filter(({ at }) => at >= oldest);
    const rates = recent.map(({ rate }) => rate).toSorted((a, b) => a - b);
    return rates[Math.floor((rates.length - 1) / 2)] ?? null;
  }

  private add(runId: string, rate: number | null, at: number): void {
    if (rate !== null) this.builds.set(runId, { rate, at });
  }
}
