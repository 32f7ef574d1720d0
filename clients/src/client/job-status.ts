import type { DownloadStatus } from './api.js';

/** `queued → running → processing_artifacts → completed | failed | cancelled`, and `expired` later. */
export type JobStatus = DownloadStatus['status'];

/** The order of states within a run. A state that is not in it may follow and precede any. */
const ORDER: Partial<Record<string, number>> = {
  queued: 0,
  running: 1,
  processing_artifacts: 2,
  completed: 3,
  failed: 3,
  cancelled: 3,
  expired: 4,
};

/** True for a status after which only expiry follows. */
export function isFinal(status: JobStatus): boolean {
  return ORDER[status]! >= 3;
}

/** True if a job reaches the first status before the second one. */
export function isBefore(status: JobStatus, other: JobStatus): boolean {
  return ORDER[status]! < ORDER[other]!;
}
