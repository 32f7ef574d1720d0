import { createHash } from 'node:crypto';
import type { StreamMessage } from '../../contract/http/snake-case-schemas.js';
import { isFinal, type JobStatus } from '../../contract/snapshot.js';
import { downloadStatus } from '../../jobs/status/download-status.js';
import type { JobView } from '../../jobs/jobs.js';
import { snakeCased } from '../../contract/http/snake-case.js';
import { dialectState } from '../../contract/http/snake-case-status.js';
import { statusFingerprint } from '../../jobs/status/status-fingerprint.js';

/** Renders the message of a view. @param downloadUrl a link to the archive, for a completed job. */
export function streamMessage(view: JobView, downloadUrl: string | null, now: number): StreamMessage {
  const status = downloadStatus(view, now, 0);
  const message = snakeCased({
    type: typeOf(status.status),
    jobId: status.jobId,
    ...dialectState(status),
    message: status.message,
    filesProcessed: status.filesProcessed,
    filesSkipped: status.filesSkipped,
    totalFiles: status.totalFiles,
    bytesProcessed: status.bytesProcessed,
    bytesTotal: status.bytesTotal,
    etaSeconds: status.etaSeconds,
    attempts: status.attempts,
    queuePosition: status.queuePosition,
    createdAt: status.createdAt,
    archiveName: status.archiveName,
    format: status.format,
    labels: status.labels,
    downloadUrl,
  });
  return view.stale ? { ...message, stale: true } : message;
}

/** The id of a view's event. It hashes only what the client sees, so it is the same on every server. */
export function eventId(view: JobView, now: number): string {
  return createHash('sha256').update(statusFingerprint(view, now)).digest('base64url').slice(0, 16);
}

function typeOf(status: JobStatus): StreamMessage['type'] {
  if (status === 'completed') return 'completed';
  return isFinal(status) ? 'error' : 'progress';
}
