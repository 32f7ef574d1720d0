import type { FailedJobsPage, PendingStep, RunState } from '../contract/http/admin-schemas.js';
import type { DownloadJob } from '../contract/job.js';
import type { JobView } from './jobs.js';

/** A job as an operator sees it. */
export interface OperatorView {
  view: JobView;
  /** The request. */
  job: DownloadJob;
  workflowId: string;
  runId: string;
  run: RunState;
  pending: PendingStep[];
}

/**
 * The jobs of all users, for operators. Every method throws a LonghaulError: JOB_NOT_FOUND for an unknown job,
 * TEMPORAL_UNAVAILABLE when Temporal does not answer within 3 s.
 */
export interface OperatorJobs {
  /**
   * Lists failed jobs: those that still clean up first, then the last ended first. A page may hold fewer than `limit`.
   * @param cursor the `nextCursor` of the page before.
   * @throws LonghaulError INVALID_REQUEST for a cursor of another list.
   */
  failed(cursor: string | undefined, limit: number): Promise<FailedJobsPage>;

  /** Reads the latest run of a job. */
  show(jobId: string): Promise<OperatorView>;

  /**
   * Terminates the workflow of a job. It runs no clean-up: the nightly sweep removes its files.
   * @param reason shown in the Temporal Web UI and in the log.
   * @throws LonghaulError JOB_ALREADY_FINISHED when the job has ended.
   */
  terminate(jobId: string, reason: string): Promise<void>;
}
