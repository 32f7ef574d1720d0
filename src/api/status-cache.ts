import { LRUCache } from 'lru-cache';
import { errorCodeOf } from '../contract/errors.js';
import { isFinal } from '../contract/types.js';
import type { JobView } from './downloads.js';
import { neverBack } from './never-back.js';
import { TokenBucket } from './token-bucket.js';

const MAX_JOBS = 10_000;

/**
 * A view is served again for ten times as long as reading it took, so that reading one job never takes more than a
 * tenth of anybody's time; within bounds. No client polls more often than the upper one when it keeps to
 * `nextPollInMs`: so it never meets an older view at another API server than it has seen at this one.
 */
const MIN_AGE_MS = 50;
const MAX_AGE_MS = 500;
const AGE_PER_READ = 10;

/** An archive may be replaced by another run of its job: a link must not be dead for longer. */
const COMPLETED_AGE_MS = 10_000;

/** Reads of all jobs together. Beyond them a view that was read lately is good enough. */
const READS_PER_SECOND = 250;
const LATELY_MS = 8_000;

interface Kept {
  view: JobView;
  /** When its reading began: what happened afterwards may not be in it. */
  readAt: number;
  freshUntil: number;
}

/**
 * One read per job at a time, however many ask, and none while the last one is fresh. A view older than one already
 * shown never takes its place, so that progress does not go back when the last heartbeat is forgotten.
 */
export class StatusCache {
  private readonly views = new LRUCache<string, Kept>({ max: MAX_JOBS });
  private readonly reading = new Map<string, Promise<JobView>>();
  private readonly budget: TokenBucket;

  /** @param now a clock in milliseconds since the epoch. */
  constructor(private readonly now: () => number = Date.now) {
    this.budget = new TokenBucket(READS_PER_SECOND, READS_PER_SECOND, now);
  }

  /** The view of a job, from `read` when none is fresh enough. A failing read is shared but never kept. */
  get(jobId: string, read: () => Promise<JobView>): Promise<JobView> {
    const kept = this.views.get(jobId);
    if (kept && this.now() < kept.freshUntil) return Promise.resolve(kept.view);
    const under = this.reading.get(jobId);
    if (under) return under;
    const affordable = this.budget.take();
    if (kept && !affordable && this.isServable(kept)) return Promise.resolve(kept.view);
    return this.startReading(jobId, read);
  }

  /** Makes the next `get` read: something was just done to the job. */
  expire(jobId: string): void {
    const kept = this.views.get(jobId);
    if (kept) this.views.set(jobId, { ...kept, readAt: 0, freshUntil: 0 });
    this.reading.delete(jobId);
  }

  private startReading(jobId: string, read: () => Promise<JobView>): Promise<JobView> {
    const readAt = this.now();
    const isLatest = () => this.reading.get(jobId) === reading;
    const reading: Promise<JobView> = read()
      .then((view) => neverBack(this.views.get(jobId)?.view, view))
      .then((view) => {
        // Another one took its place: something was done to the job that this one may not know of.
        if (isLatest())
          this.views.set(jobId, { view, readAt, freshUntil: readAt + this.ageOf(view, readAt) });
        return view;
      })
      .catch((error: unknown) => this.lately(jobId, error))
      .finally(() => isLatest() && this.reading.delete(jobId));
    this.reading.set(jobId, reading);
    return reading;
  }

  /** What was read lately, while Temporal does not answer; every other error tells something of the job. */
  private lately(jobId: string, error: unknown): JobView {
    const kept = this.views.get(jobId);
    if (errorCodeOf(error) !== 'TEMPORAL_UNAVAILABLE' || !kept || !this.isServable(kept)) throw error;
    return { ...kept.view, stale: true };
  }

  private isServable({ readAt }: Kept): boolean {
    return this.now() - readAt < LATELY_MS;
  }

  /** A completed job changes no more unless an operator resets it; one that has ended otherwise may be started anew. */
  private ageOf({ snapshot: { status } }: JobView, readAt: number): number {
    if (status === 'completed') return COMPLETED_AGE_MS;
    if (isFinal(status)) return MAX_AGE_MS;
    return Math.min(MAX_AGE_MS, Math.max(MIN_AGE_MS, AGE_PER_READ * (this.now() - readAt)));
  }
}
