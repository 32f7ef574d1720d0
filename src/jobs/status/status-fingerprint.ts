import { downloadStatus } from './download-status.js';
import type { JobView } from '../jobs.js';

/**
 * Equal for views in which a client sees no difference, on whichever server: estimates and times to poll again change
 * all the time and count for nothing, and whether a worker answered is about the look and not about the job.
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
    status.queuePosition,
    status.error,
  ]);
}
