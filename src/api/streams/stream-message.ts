import { createHash } from 'node:crypto';
import type { SnakeCased } from '../../contract/snake-case.js';
import { isFinal, type JobError, type JobStatus } from '../../contract/types.js';
import { downloadStatus } from '../../jobs/status/download-status.js';
import type { JobView } from '../../jobs/downloads.js';
import { snakeCased } from '../routes/shared/snake-case.js';
import { visibleState } from '../../jobs/status/status-fingerprint.js';

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

export function streamMessage(view: JobView, downloadUrl: string | null, now: number): StreamMessage {
  const status = downloadStatus(view, now, 0);
  const message = snakeCased({
    type: typeOf(status.status),
    jobId: status.jobId,
    status: status.status,
    progress: status.progress / 100,
    message: status.message,
    filesProcessed: status.filesProcessed,
    filesSkipped: status.filesSkipped,
    totalFiles: status.totalFiles,
    bytesProcessed: status.bytesProcessed,
    bytesTotal: status.bytesTotal,
    etaSeconds: status.etaSeconds,
    queuePosition: status.queuePosition,
    downloadUrl,
    error: status.error,
  });
  return view.stale ? { ...message, stale: true } : message;
}

/** The id of the event that shows this view; the same on every server, for it is made of nothing but what it shows. */
export function eventId(view: JobView, now: number): string {
  return createHash('sha256').update(visibleState(view, now)).digest('base64url').slice(0, 16);
}

function typeOf(status: JobStatus): StreamMessage['type'] {
  if (status === 'completed') return 'completed';
  return isFinal(status) ? 'error' : 'progress';
}
