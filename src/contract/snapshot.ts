import type { ErrorCode } from './errors.js';
import type { FileId } from './files.js';
import type { ArchiveFormat } from './job.js';

/** An uploaded archive. */
export interface BuiltArchive {
  key: string;
  /** Size of the archive in bytes. */
  size: number;
  /** As in `ArchiveInfo`. */
  checksum: string;
  /** Total size of the files in bytes. */
  bytes: number;
  files: number;
  skipped: number;
  attempt: number;
}

export type JobStatus =
  'queued' | 'running' | 'processing_artifacts' | 'completed' | 'failed' | 'cancelled' | 'expired';

/** Step of a running job. `waiting` means waiting for a slot of the user; the status is `queued` meanwhile. */
export type JobPhase = 'queued' | 'delaying' | 'preparing' | 'waiting' | 'building' | 'publishing' | 'ended';

/** The archive of a completed job. `checksum` is `sha256:` and 64 hex digits, or `crc32:` and 8. */
export interface ArchiveInfo {
  name: string;
  /** Bytes. */
  size: number;
  contentType: string;
  checksum: string;
  /** Files in the archive, without the manifest of missing files. */
  files: number;
  skipped: number;
}

export interface JobError {
  code: ErrorCode;
  message: string;
  /** Milliseconds to wait before a retry; null when a retry cannot help. */
  retryAfterMs: number | null;
  /** Run id: finds the job in logs and in the Temporal Web UI. */
  supportId: string;
  /** Files that the failure is about, at most 100; absent in jobs of earlier versions. */
  fileIds?: FileId[];
}

/**
 * State of a job as its workflow knows it. The status query returns it. The memo holds a copy from the last change of
 * phase, which `describe` returns without a worker. Progress within the build comes from the heartbeats of the build
 * activity.
 */
export interface JobSnapshot {
  userId: string;
  /** Fingerprint of the job. */
  fingerprint: string | null;
  /** File name of the archive, with its extension; absent in jobs of earlier versions, like the next two. */
  archiveName?: string;
  format?: ArchiveFormat;
  labels?: Record<string, string>;
  /** A retry started this run, so a repeated retry is answered alike. */
  isRetry?: true;
  status: Exclude<JobStatus, 'expired'>;
  phase: JobPhase;
  message: string;
  totalFiles: number;
  preparedFiles: number;
  skippedFiles: number;
  bytesTotal: number | null;
  /** Most bytes that any attempt of the build reported; progress never falls below it. */
  bytesHighWater: number;
  filesHighWater: number;
  /** Absent unless the archive is built from segments. */
  segments?: SegmentsSnapshot;
  attempts: number;
  createdAt: string;
  startedAt: string | null;
  /** End of the operator's delay; absent before it, and in jobs of earlier versions. */
  delayedUntil?: string;
  /** Start of the last build; absent before it, and in jobs of earlier versions. */
  buildStartedAt?: string;
  completedAt: string | null;
  ttlMs: number;
  archive: ArchiveInfo | null;
  /** Key of the archive in the object store; never leaves the API. */
  archiveKey: string | null;
  error: JobError | null;
}

/** Segments that are built, or were handed over. The heartbeats of the others have their progress. */
export interface SegmentsSnapshot {
  /** Indexes of the segments that are built. */
  built: number[];
  /** Of the segments that are built. */
  bytes: number;
  files: number;
  /** Progress of each segment at its last hand-over, by index. */
  handedOver: Record<number, { bytes: number; files: number }>;
}

/** Heartbeat details of the build: progress of this attempt, and the maximum over all attempts. */
export interface BuildProgress {
  bytes: number;
  files: number;
  currentFile: string | null;
  bytesHighWater: number;
  filesHighWater: number;
  /** The highest attempt so far, from 1. */
  attempts: number;
}

/** True for a status after which only expiry follows. */
export function isFinal(status: JobStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled' || status === 'expired';
}
