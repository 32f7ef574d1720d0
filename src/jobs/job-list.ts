import type { JobStatus } from '../contract/snapshot.js';
import type { JobView } from './jobs.js';

/** A place in the list of a user's jobs: behind the job that began then and has this id. */
export interface JobCursor {
  /** Milliseconds since the epoch. */
  startedAt: number;
  jobId: string;
}

export interface JobListQuery {
  /** Only jobs of this status; null for all. */
  status: JobStatus | null;
  /** Only what stands behind this place; null for the beginning. */
  after: JobCursor | null;
  limit: number;
}

export interface JobPage {
  jobs: JobView[];
  /** Where the next page begins; null when there is none. The page before it may have fewer jobs than asked for. */
  next: JobCursor | null;
}

/** The jobs of one user. Throws TEMPORAL_UNAVAILABLE when they cannot be told within its deadline. */
export interface JobList {
  /** A page, newest first; a job that was begun several times stands where it was begun last. */
  list(userId: string, query: JobListQuery): Promise<JobPage>;

  /** Something was done to a job just now: from here on the list tells of it, however late its index is. */
  markChanged(userId: string, jobId: string): void;
}
