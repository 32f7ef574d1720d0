import { within } from '../../concurrency/deadline.js';
import { TokenBucket } from '../../concurrency/token-bucket.js';

/** How long a worker may take to answer before the workers count as silent. */
const SILENT_AFTER_MS = 1_200;
/** Who knows that workers answer waits no longer than this for one that is busy: what it would tell is not worth more. */
const PATIENCE_MS = 50;
/** For how long an answer proves that workers are there. */
const HEARD_MS = 1_000;
/** Silence is believed for this long; after it the next one who wants to know asks again. */
const BELIEVED_MS = 1_000;

/** Queries of all jobs together: each takes the time of the very workers that do the jobs. */
const QUERIES_PER_SECOND = 10;

export interface Asked<T> {
  /** Undefined when nobody was asked, or nobody answered. */
  answer: T | undefined;
  /** Nobody answers. */
  silent: boolean;
}

/**
 * Queries to workers, for all jobs of this process together: within one budget, and while the workers are silent one a
 * second, so that an outage of workers makes neither a status slow nor Temporal busy.
 */
export class WorkerQueryBreaker {
  private readonly budget: TokenBucket;
  private silentSince: number | undefined;
  private heardAt = -Infinity;
  private probing = false;

  /** @param now a clock in milliseconds since the epoch. */
  constructor(private readonly now: () => number = Date.now) {
    this.budget = new TokenBucket(QUERIES_PER_SECOND, QUERIES_PER_SECOND, now);
  }

  /** Whether the last one who asked got no answer. */
  get silent(): boolean {
    return this.silentSince !== undefined;
  }

  /**
   * @param query asks a worker, and rejects when none answers. It is not called when it is not affordable.
   * @param needed there is no telling without the answer: it is waited for, and beyond the budget, unless workers are silent.
   */
  async ask<T>(query: () => Promise<T>, { needed = false } = {}): Promise<Asked<T>> {
    const affordable = this.isAffordable() || (needed && !this.silent);
    if (!affordable) return { answer: undefined, silent: this.silent };
    const impatient = !needed && this.now() - this.heardAt < HEARD_MS;
    const answer = this.answerOf(query);
    try {
      return { answer: await (impatient ? within(PATIENCE_MS, answer) : answer), silent: false };
    } catch {
      return { answer: undefined, silent: this.silent };
    }
  }

  /** Rejects when no worker answered in time; takes note of either, whether or not anybody waits for it. */
  private async answerOf<T>(query: () => Promise<T>): Promise<T> {
    this.probing = true;
    // Also when it comes too late: a busy worker is not a dead one.
    const answer = query().then((value) => {
      this.heardAt = this.now();
      this.silentSince = undefined;
      return value;
    });
    try {
      return await within(SILENT_AFTER_MS, answer);
    } catch (error) {
      this.silentSince = this.now();
      throw error;
    } finally {
      this.probing = false;
    }
  }

  private isAffordable(): boolean {
    if (this.silentSince === undefined) return this.budget.take();
    return !this.probing && this.now() - this.silentSince >= BELIEVED_MS;
  }
}
