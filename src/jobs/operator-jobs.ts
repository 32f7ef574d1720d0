import type { FailedJobsPage, PendingStep, RunState } from '../contract/http/admin-schemas.js';
import type { DownloadJob } from '../contract/job.js';
import type { JobView } from './jobs.js';

/** What an operator sees of a job beyond what its user does. */
export interface OperatorView {
  view: JobView;
  /** What was asked for. */
  job: DownloadJob;
  workflowId: string;
  runId: string;
  run: RunState;
  pending: PendingStep[];
}

/**
 * The jobs of all users, for operators. Every method throws a LonghaulError: JOB_NOT_FOUND for an unknown job,
 * TEMPORAL_UNAVAILABLE when it cannot be told in time.
 */
export interface OperatorJobs {
  /**
   * Jobs that failed, the last one first as far as the index of Temporal is sorted. A page may hold fewer than `limit`.
   * @param cursor the `nextCursor` of the page before.
   * @throws LonghaulError INVALID_REQUEST for a cursor that is none.
   */
  failed(cursor: string | undefined, limit: number): Promise<FailedJobsPage>;

  /** The last run of a job, read now. */
  show(jobId: string): Promise<OperatorView>;

  /**
   * Ends a job at once. It has no say in that and cleans nothing up.
   * @param reason for those who look at it later.
   * @throws LonghaulError JOB_ALREADY_FINISHED when it has ended.
   */
  terminate(jobId: string, reason: string): Promise<void>;
}
