import type { ErrorCode } from './errors.js';

/** The archive as it was uploaded. */
export interface BuiltArchive {
  key: string;
  /** Bytes of the archive. */
  size: number;
  checksum: string;
  /** Bytes of the files inside. */
  bytes: number;
  files: number;
  skipped: number;
  attempt: number;
}

export type JobStatus =
  'queued' | 'running' | 'processing_artifacts' | 'completed' | 'failed' | 'cancelled' | 'expired';

/** What a running job is at; finer than its status. `waiting` is for one of the user's slots; its status is `queued`. */
export type JobPhase = 'queued' | 'delaying' | 'preparing' | 'waiting' | 'building' | 'publishing' | 'ended';

/** The archive of a completed job. `checksum` is `sha256:` and 64 hex digits. */
export interface ArchiveInfo {
  name: string;
  /** Bytes. */
  size: number;
  contentType: string;
  checksum: string;
  /** Files inside, the manifest of missing files not counted. */
  files: number;
  skipped: number;
}

export interface JobError {
  code: ErrorCode;
  message: string;
  /** When trying again makes sense: how long to wait before. */
  retryAfterMs: number | null;
  /** Finds the job in logs and in the Temporal Web UI. */
  supportId: string;
}

/**
 * What the workflow knows of itself: the answer of its status query, and, written into the memo at each
 * change of phase, what `describe` can tell when no worker runs. Byte progress within the build comes on top
 * of it, from the heartbeats of the build activity.
 */
export interface JobSnapshot {
  userId: string;
  /** That of the job. */
  fingerprint: string | null;
  status: Exclude<JobStatus, 'expired'>;
  phase: JobPhase;
  message: string;
  totalFiles: number;
  preparedFiles: number;
  skippedFiles: number;
  bytesTotal: number | null;
  /** Most bytes any attempt of the build has been seen to send; progress never falls below it. */
  bytesHighWater: number;
  filesHighWater: number;
  attempts: number;
  createdAt: string;
  startedAt: string | null;
  completedAt: string | null;
  ttlMs: number;
  archive: ArchiveInfo | null;
  /** Where the archive lies in the object store; never leaves the API. */
  archiveKey: string | null;
  error: JobError | null;
}

/** Heartbeat details of the build: how far this attempt is, and how far any attempt was. */
export interface BuildProgress {
  bytes: number;
  files: number;
  currentFile: string | null;
  bytesHighWater: number;
  filesHighWater: number;
  /** The most attempts that were needed so far; absent in what older workers tell. */
  attempts?: number;
}

/** The statuses after which nothing changes but expiry. */
export function isFinal(status: JobStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled' || status === 'expired';
}
