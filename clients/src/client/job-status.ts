import type { DownloadStatus } from './api.js';

/** `queued → running → processing_artifacts → completed | failed | cancelled`, and `expired` later. */
export type JobStatus = DownloadStatus['status'];

const FINAL: ReadonlySet<string> = new Set(['completed', 'failed', 'cancelled', 'expired']);

/** True for a status after which only expiry follows. */
export function isFinal(status: JobStatus): boolean {
  return FINAL.has(status);
}
