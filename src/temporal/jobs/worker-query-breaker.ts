import { within } from '../../concurrency/deadline.js';
import { TokenBucket } from '../../concurrency/token-bucket.js';
import {
  BUSY_QUERY_MS,
  PROBE_INTERVAL_MS,
  QUERIES_PER_SECOND,
  QUERY_TIMEOUT_MS,
  WORKER_SEEN_MS,
} from '../../jobs/status/freshness.js';

export interface QueryResult<T> {
  /** Undefined when the query was not sent, or no worker answered in time. */
  answer: T | undefined;
  /** The breaker is open: no worker answers. */
  isOpen: boolean;
}

/**
 * A circuit breaker and a budget for the queries of this process. A query costs the time of the workers that build the
 * archives. While no worker answers, one query a second probes for one, so an outage slows no status down.
 */
export class WorkerQueryBreaker {
  private readonly budget: TokenBucket;
  private openSince: number | undefined;
  private workerSeenAt = -Infinity;
  private isProbing = false;

  /** @param now a clock in milliseconds that nobody adjusts. */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.budget = new TokenBucket(QUERIES_PER_SECOND, QUERIES_PER_SECOND, now);
  }

  /** True after a query that no worker answered in time. */
  get isOpen(): boolean {
    return this.openSince !== undefined;
  }

  /**
   * Sends a query if the breaker and the budget allow it.
   * @param query asks a worker, and rejects when none answers.
   * @param needed the memo cannot answer this: ignore the budget and wait for the full timeout, unless the breaker is
   * open.
   */
  async ask<T>(query: () => Promise<T>, { needed = false } = {}): Promise<QueryResult<T>> {
    const isAllowed = this.isAffordable() || (needed && !this.isOpen);
    if (!isAllowed) return { answer: undefined, isOpen: this.isOpen };
    const waitsBriefly = !needed && this.now() - this.workerSeenAt < WORKER_SEEN_MS;
    const answer = this.send(query);
    try {
      return { answer: await (waitsBriefly ? within(BUSY_QUERY_MS, answer) : answer), isOpen: false };
    } catch {
      return { answer: undefined, isOpen: this.isOpen };
    }
  }

  /** Opens or closes the breaker by the answer, even when its caller no longer waits. Rejects after the timeout. */
  private async send<T>(query: () => Promise<T>): Promise<T> {
    this.isProbing = true;
    // A late answer closes the breaker too: a busy worker is not a dead one.
    const answer = query().then((value) => {
      this.workerSeenAt = this.now();
      this.openSince = undefined;
      return value;
    });
    try {
      return await within(QUERY_TIMEOUT_MS, answer);
    } catch (error) {
      this.openSince = this.now();
      throw error;
    } finally {
      this.isProbing = false;
    }
  }

  private isAffordable(): boolean {
    if (this.openSince === undefined) return this.budget.take();
    return !this.isProbing && this.now() - this.openSince >= PROBE_INTERVAL_MS;
  }
}
