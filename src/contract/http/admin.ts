import type { ErrorCode } from '../errors.js';
import type { DownloadStatus } from '../types.js';

/** How a run of the job's workflow was closed; `running` as long as it is not. */
export type RunState = 'running' | 'completed' | 'failed' | 'cancelled' | 'terminated' | 'timed_out';

/** A job that failed and was not started anew since. */
export interface FailedJob {
  jobId: string;
  userId: string;
  code: ErrorCode;
  message: string;
  /** RFC 3339. */
  failedAt: string;
  attempts: number;
  supportId: string;
  labels: Record<string, string>;
  archiveName: string;
  workflowId: string;
  /** Tells a job that failed from one that an operator or a time limit ended; `running` while it is cleaned up after. */
  run: RunState;
}

export interface FailedJobsPage {
  jobs: FailedJob[];
  nextCursor: string | null;
}

/** An activity that Temporal has handed out, or will. */
export interface PendingStep {
  /** The activity's name, as the Temporal Web UI shows it. */
  step: string;
  state: 'waiting' | 'running' | 'cancelling';
  attempt: number;
  startedAt: string | null;
  nextAttemptAt: string | null;
  /** Why the attempt before failed, in words of the contract. */
  lastFailure: { code: ErrorCode; message: string } | null;
}

/** A job as an operator sees it. It has no links: what is in the archive is its user's affair. */
export interface AdminJob extends Omit<DownloadStatus, 'downloadUrl' | 'streamUrl' | 'eventsUrl'> {
  userId: string;
  labels: Record<string, string>;
  archiveName: string;
  workflowId: string;
  runId: string;
  run: RunState;
  pending: PendingStep[];
}
