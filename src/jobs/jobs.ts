import type { FileOutcome } from '../contract/files.js';
import type { DownloadJob } from '../contract/job.js';
import type { JobSnapshot } from '../contract/snapshot.js';

/** The state of a running job beyond its snapshot, from the heartbeats of its activities. */
export interface LiveProgress {
  /** Attempt of the activity that runs. */
  attempt: number;
  /** Start of this attempt; milliseconds since the epoch. */
  attemptStartedAt: number | null;
  /** Time from the start of this attempt to its last heartbeat, by Temporal's clock; null before the first one. */
  attemptMs: number | null;
  /** Bytes of this attempt, as of its last heartbeat. */
  bytes: number;
  /** Complete files of this attempt, as of its last heartbeat. */
  files: number;
  /** The most bytes that any attempt reached. */
  bytesHighWater: number;
  filesHighWater: number;
  /** Set while the activity waits for its next attempt: when that starts, and why the last attempt failed. */
  retry: { at: number | null; reason: string } | null;
  /** A cancellation was requested and has not completed. */
  cancelling: boolean;
}

/** Everything the API knows of a job at one moment. */
export interface JobView {
  jobId: string;
  /** The run of the job: a restarted or reset job has a new one. */
  runId: string;
  snapshot: JobSnapshot;
  live: LiveProgress | null;
  /** No worker or no Temporal server answered in time, so the numbers may be a little old. */
  stale: boolean;
  /** The archive of the completed job was deleted before it expired. */
  isArchiveGone?: true;
  /** For a job that waits for a slot: 1 when it is next; null when its position is unknown. */
  queuePosition?: number | null;
  /** Jobs that clients of this server poll or watch; paces the next poll. Undefined counts as none. */
  polledJobs?: number;
  /** `TransferRate.recent` of this server. Undefined counts as unknown. */
  recentRate?: number | null;
}

/** A job that this request started, or a replay: an earlier request with the same key started it. */
export type Accepted =
  { createdAt: string; replayed: false; runId: string } | { createdAt: string; replayed: true };

/**
 * The jobs. Every method throws a LonghaulError: JOB_NOT_FOUND for an unknown job, TEMPORAL_UNAVAILABLE when Temporal
 * does not answer within the deadline of the method.
 */
export interface Jobs {
  /**
   * Starts a job. Idempotent for a job with a fingerprint: while it runs and after it completed, another start is a
   * replay; after it failed, was cancelled or expired, or its archive was deleted, another start runs it again. Nothing was accepted when this
   * throws TEMPORAL_UNAVAILABLE, REQUEST_TIMEOUT or JOB_ENDING.
   * @param deadline milliseconds since the epoch; nothing is started after it.
   * @throws LonghaulError IDEMPOTENCY_KEY_REUSED when the job of this id has another fingerprint; TOO_MANY_JOBS when
   * the user has reached the limit.
   */
  start(job: DownloadJob, deadline: number): Promise<Accepted>;

  /** Reads the job as it is now. */
  view(jobId: string): Promise<JobView>;

  /**
   * Requests cancellation and waits up to 3 s for the job to end. Idempotent.
   * @returns the job after that; it may have completed or failed in the meantime.
   */
  cancel(jobId: string): Promise<JobView>;

  /** Reads the outcomes of files of a job that has no archive (yet). */
  files(jobId: string, offset: number, limit: number): Promise<FileOutcome[]>;
}
