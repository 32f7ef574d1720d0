import type { JobError, JobStatus } from '../types.js';
import type { SnakeCased } from './snake-case.js';

/** What a stream tells of a job: always all of it, so that none of the earlier ones is needed. */
export interface StreamMessage {
  /** `completed` and `error` are the last ones; what was cancelled or has expired is an error too. */
  type: 'progress' | 'completed' | 'error';
  job_id: string;
  status: JobStatus;
  /** From 0 to 1, two decimals. */
  progress: number;
  message: string;
  files_processed: number;
  files_skipped: number;
  total_files: number;
  bytes_processed: number;
  bytes_total: number | null;
  eta_seconds: number | null;
  queue_position: number | null;
  /** A fresh signed link when completed. */
  download_url: string | null;
  error: SnakeCased<JobError> | null;
  /** True when no worker answered, so that the numbers may be a little old. That alone is no reason for a message. */
  stale?: true;
}
