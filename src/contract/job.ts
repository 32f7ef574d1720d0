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

/** The settings a job was accepted under. They travel with it, so that a changed setting never changes a running job. */
export interface JobPolicy {
  /** From the first workflow task to the end of the build; counted anew for a job that waited for a slot. */
  timeoutMs: number;
  /** How long the archive lives after completion. */
  ttlMs: number;
  /** Attempts of a step a user waits on, the first included. */
  maxAttempts: number;
  heartbeatTimeoutMs: number;
  maxBytes: number;
  /** Jobs of the user that build at once, the rest waits for a slot; 0 for no cap. */
  maxRunning: number;
  /** Whether the operator is told of a failure. */
  operatorWebhook: boolean;
  /** A durable pause before the work, for demos and drills; null in production. */
  delay: { minMs: number; maxMs: number } | null;
}

/** Input of the download workflow: all it will ever know of the request. */
export interface DownloadJob {
  jobId: string;
  userId: string;
  files: RequestedFile[];
  archive: ArchiveOptions;
  onFileError: OnFileError;
  priority: Priority;
  labels: Record<string, string>;
  /** Told when the job has ended; null for nobody. */
  callbackUrl: string | null;
  createdAt: string;
  /** Tells one request from another under the same idempotency key; null for a job without a key. */
  fingerprint: string | null;
  policy: JobPolicy;
}
