import { downloadStatus } from './download-status.js';
import type { JobView } from '../jobs.js';

/**
 * Fingerprint of what a client sees; identical on every server. Omits the ETA, `nextPollInMs` and `stale`, which change
 * while the job does not.
 */
export function statusFingerprint(view: JobView, now: number): string {
  const status = downloadStatus(view, now, 0);
  return JSON.stringify([
    status.createdAt,
    status.status,
    status.progress,
    status.message,
    status.filesProcessed,
    status.filesSkipped,
    status.bytesProcessed,
    status.bytesTotal,
    status.attempts,
    status.queuePosition,
    status.error,
  ]);
}
