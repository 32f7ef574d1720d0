import type { JobStatus } from '../contract/snapshot.js';
import type { JobView } from './jobs.js';

export interface JobListQuery {
  /** Lists only jobs of these statuses; null for all. */
  statuses: readonly JobStatus[] | null;
  /** The `nextCursor` of the page before; undefined for the first page. */
  cursor: string | undefined;
  limit: number;
}

export interface JobPage {
  jobs: JobView[];
  /** The cursor of the next page; null when there is none. A page may hold fewer jobs than `limit` and have one. */
  nextCursor: string | null;
}

/** The jobs of one user. */
export interface JobList {
  /**
   * Lists running jobs first, newest first; then ended jobs, last ended first. A job appears once, at its latest run.
   * The index may be about a second late, and shows a running job as of its last change of phase.
   * @throws LonghaulError INVALID_REQUEST for a cursor of another list, TEMPORAL_UNAVAILABLE.
   */
  list(userId: string, query: JobListQuery): Promise<JobPage>;
}
