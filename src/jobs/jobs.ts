import type { DownloadJob } from '../contract/job.js';
import type { FileOutcome } from '../contract/files.js';
import type { JobSnapshot } from '../contract/snapshot.js';

/** What is going on in a running job right now, beyond what its workflow knows. */
export interface LiveProgress {
  /** Attempt of the step that is under way. */
  attempt: number;
  /** When this attempt began; milliseconds since the epoch. */
  attemptStartedAt: number | null;
  /** Of this attempt. */
  bytes: number;
  /** The most that any attempt reached. */
  bytesHighWater: number;
  filesHighWater: number;
  /** Set while the step waits to be tried again: when, and what went wrong in plain words. */
  retry: { at: number | null; reason: string } | null;
  /** A cancellation is under way. */
  cancelling: boolean;
}

/** Everything the API knows of a job at one moment. */
export interface JobView {
  jobId: string;
  /** Which of its runs: a job has another once it is started anew, or an operator resets it. */
  runId: string;
  snapshot: JobSnapshot;
  live: LiveProgress | null;
  /** No worker answered: the snapshot is of the last change of phase. */
  stale: boolean;
  /** For a job that waits for a slot: 1 when it is next; null when its place is not known. */
  queuePosition?: number | null;
}

/** A job that was started, now or by an earlier request with the same key. */
export interface Accepted {
  createdAt: string;
  replayed: boolean;
}

/**
 * The jobs, wherever they are kept. Every method throws a LonghaulError: JOB_NOT_FOUND for an unknown job,
 * TEMPORAL_UNAVAILABLE when it cannot be told within its deadline.
 */
export interface Jobs {
  /**
   * Starts a job. One with a fingerprint is started once: as long as it runs, and when it has completed, starting it
   * again changes nothing; after it failed, was cancelled or has expired it begins anew. When this rejects with
   * TEMPORAL_UNAVAILABLE, REQUEST_TIMEOUT or JOB_ENDING, nothing was accepted.
   * @param deadline after which nothing is started any more; milliseconds since the epoch.
   * @throws LonghaulError IDEMPOTENCY_KEY_REUSED when the job of this id has another fingerprint; TOO_MANY_JOBS when
   * the user has as many as there may be.
   */
  start(job: DownloadJob, deadline: number): Promise<Accepted>;

  /** The job now, at most about a second old while it runs. */
  view(jobId: string): Promise<JobView>;

  /**
   * Asks a job to stop, and waits a moment for it to have stopped. Idempotent.
   * @returns the job after that; it may have ended otherwise in the meantime.
   */
  cancel(jobId: string): Promise<JobView>;

  /** What is known of the files of a job that has no archive (yet). */
  files(jobId: string, offset: number, limit: number): Promise<FileOutcome[]>;
}
