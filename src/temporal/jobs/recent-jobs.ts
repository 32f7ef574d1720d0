import { LRUCache } from 'lru-cache';

const MAX_JOBS = 10_000;
/** Of one user: what a list asks Temporal about one by one. */
const MAX_PER_USER = 200;

/** An index that is later than this is out of order. */
const MAX_AGE_MS = 600_000;
/** From here on a job that the index knows is left to it: what the index says of it is not much older than the truth. */
const FRESH_MS = 60_000;

/** The jobs to which something happened lately through this API server, and which an index may not know of yet. */
export class RecentJobs {
  private readonly jobs: LRUCache<string, { userId: string; at: number }>;

  /** @param now a clock in milliseconds since the epoch. */
  constructor(private readonly now: () => number = Date.now) {
    this.jobs = new LRUCache({ max: MAX_JOBS });
  }

  markChanged(userId: string, jobId: string): void {
    this.jobs.set(jobId, { userId, at: this.now() });
  }

  /** The latest of a user's jobs, by their ids. */
  of(userId: string): string[] {
    const oldest = this.now() - MAX_AGE_MS;
    const ids: string[] = [];
    // Latest first.
    for (const [jobId, job] of this.jobs.entries()) {
      if (job.at < oldest || ids.length === MAX_PER_USER) break;
      if (job.userId === userId) ids.push(jobId);
    }
    return ids;
  }

  /** The index tells of the job as it is. @param settled nothing will change any more. */
  indexed(jobId: string, settled: boolean): void {
    const job = this.jobs.peek(jobId);
    if (job && (settled || job.at < this.now() - FRESH_MS)) this.jobs.delete(jobId);
  }
}
