import { createHash } from 'node:crypto';
import type { StreamMessage } from '../../contract/http/snake-case-schemas.js';
import { isFinal, type JobStatus } from '../../contract/snapshot.js';
import { downloadStatus } from '../../jobs/status/download-status.js';
import type { JobView } from '../../jobs/jobs.js';
import { snakeCased } from '../../contract/http/snake-case.js';
import { statusFingerprint } from '../../jobs/status/status-fingerprint.js';

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
  return createHash('sha256').update(statusFingerprint(view, now)).digest('base64url').slice(0, 16);
}

function typeOf(status: JobStatus): StreamMessage['type'] {
  if (status === 'completed') return 'completed';
  return isFinal(status) ? 'error' : 'progress';
}
