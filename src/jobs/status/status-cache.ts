import { LRUCache } from 'lru-cache';
import { errorCodeOf } from '../../contract/errors.js';
import { statusOf } from './download-status.js';
import type { JobView } from '../jobs.js';
import { mergeViews } from './merge-views.js';
import { TokenBucket } from '../../concurrency/token-bucket.js';

const MAX_JOBS = 10_000;

/**
 * A job is read anew for whoever asks, so often in a second: a client that asks several API servers in turn must never
 * meet an older view at one than another has shown. What is asked for more often, many watch: then a view is served again
 * for a moment.
 */
const ASKS_PER_SECOND = 300;
const MOMENT_MS = 50;

/** An archive may be replaced by another run of its job: a link must not be dead for longer. */
const COMPLETED_AGE_MS = 10_000;

/** Reads of all jobs together. Beyond them a view that was read lately is good enough. */
const READS_PER_SECOND = 250;
const LATELY_MS = 8_000;
/** What is left of them to jobs that were not read for half a second: as often as clients poll that do as they are told. */
const RESERVED = 50;
const RECENT_MS = 500;

/** Who waits for a read to end waits for no second one after it when it took longer: an answer in time is worth more. */
const PATIENCE_MS = 1_500;

interface Kept {
  view: JobView;
  /** When its reading began: what happened afterwards may not be in it. */
  readAt: number;
  asks: Asks;
}

/** How often a job was asked for in one second, as the clock has them. */
interface Asks {
  second: number;
  count: number;
}

/**
 * One read per job at a time, however many ask. A view older than one already shown never takes its place, so that
 * progress does not go back when the last heartbeat is forgotten.
 */
export class StatusCache {
  private readonly views = new LRUCache<string, Kept>({ max: MAX_JOBS });
  private readonly reading = new Map<string, Promise<JobView>>();
  /** Reads that begin as soon as those under way have ended. */
  private readonly next = new Map<string, Promise<JobView>>();
  private readonly budget: TokenBucket;

  /** @param now a clock in milliseconds since the epoch. */
  constructor(private readonly now: () => number = Date.now) {
    this.budget = new TokenBucket(READS_PER_SECOND, READS_PER_SECOND, now);
  }

  /** The view of a job: from `read`, or read a moment ago when there are too many reads. A failing read is never kept. */
  get(jobId: string, read: () => Promise<JobView>): Promise<JobView> {
    const kept = this.views.get(jobId);
    if (kept && !this.isWorthARead(kept)) return Promise.resolve(kept.view);
    const under = this.reading.get(jobId);
    if (under) return kept ? this.readAfter(under, jobId, read) : under;
    if (!kept) this.budget.take();
    return this.startReading(jobId, read);
  }

  /** Makes the next `get` read: something was just done to the job. */
  expire(jobId: string): void {
    const kept = this.views.get(jobId);
    if (kept) this.views.set(jobId, { ...kept, readAt: 0 });
    this.reading.delete(jobId);
    this.next.delete(jobId);
  }

  /** Takes what the read costs. A completed job changes no more, but for what an operator does, until it has expired. */
  private isWorthARead({ view, readAt, asks }: Kept): boolean {
    const age = this.now() - readAt;
    if (statusOf(view.snapshot, this.now()) === 'completed') return age >= COMPLETED_AGE_MS;
    if (this.isAskedALot(asks) && age < MOMENT_MS) return false;
    return this.budget.take(age < RECENT_MS ? RESERVED : 0) || age >= LATELY_MS;
  }

  private isAskedALot(asks: Asks): boolean {
    const second = Math.floor(this.now() / 1_000);
    asks.count = asks.second === second ? asks.count + 1 : 1;
    asks.second = second;
    return asks.count > ASKS_PER_SECOND;
  }

  /** What is under way may have been read before this request came, and is not its to be answered with. */
  private readAfter(under: Promise<JobView>, jobId: string, read: () => Promise<JobView>): Promise<JobView> {
    const earlier = this.next.get(jobId);
    if (earlier) return earlier;
    const since = this.now();
    const start = () => {
      this.next.delete(jobId);
      return this.now() - since > PATIENCE_MS ? under : this.startReading(jobId, read);
    };
    const next = under.then(start, start);
    this.next.set(jobId, next);
    return next;
  }

  private startReading(jobId: string, read: () => Promise<JobView>): Promise<JobView> {
    const readAt = this.now();
    const isLatest = () => this.reading.get(jobId) === reading;
    const reading: Promise<JobView> = read()
      .then((view) => mergeViews(this.views.get(jobId)?.view, view))
      .then((view) => {
        // Another one took its place: something was done to the job that this one may not know of.
        if (isLatest()) this.keep(jobId, view, readAt);
        return view;
      })
      .catch((error: unknown) => this.lately(jobId, error))
      .finally(() => isLatest() && this.reading.delete(jobId));
    this.reading.set(jobId, reading);
    return reading;
  }

  private keep(jobId: string, view: JobView, readAt: number): void {
    const asks = this.views.get(jobId)?.asks ?? { second: 0, count: 0 };
    this.views.set(jobId, { view, readAt, asks });
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
}
