import type { RequestedFile } from './files.js';

export type ArchiveFormat = 'zip' | 'tar' | 'tar.gz';

export type Compression = 'auto' | 'store' | 'deflate';

export type OnFileError = 'fail' | 'skip';

export type Priority = 'standard' | 'low';

export interface ArchiveOptions {
  format: ArchiveFormat;
  compression: Compression;
  /** File name of the archive, with its extension. */
  name: string;
}

/**
 * Settings at the time the job was accepted. They are part of the job, so a changed setting never affects a running
 * job.
 */
export interface JobPolicy {
  /** Limit from the first workflow task to the end of the build. Starts over once a waiting job gets its slot. */
  timeoutMs: number;
  /** Lifetime of the archive after completion. */
  ttlMs: number;
  /** Attempts of each step, the first one included. */
  maxAttempts: number;
  heartbeatTimeoutMs: number;
  maxBytes: number;
  /** Maximum number of the user's jobs that hold a slot at once; 0 for no limit. */
  maxRunning: number;
  /** True to notify the operator of a failure. */
  operatorWebhook: boolean;
  /** Durable delay before the work, for demos and drills; null in production. */
  delay: { minMs: number; maxMs: number } | null;
}

/** Input of the download workflow. Holds everything the workflow needs from the request. */
export interface DownloadJob {
  jobId: string;
  userId: string;
  files: RequestedFile[];
  archive: ArchiveOptions;
  onFileError: OnFileError;
  priority: Priority;
  labels: Record<string, string>;
  /** Receives a message when the job has ended; null for none. */
  callbackUrl: string | null;
  createdAt: string;
  /** Distinguishes requests under the same idempotency key; null without a key. */
  fingerprint: string | null;
  /** A retry started this run of the job. */
  isRetry?: true;
  policy: JobPolicy;
}
