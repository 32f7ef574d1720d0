import type { DownloadJob } from './job.js';
import type { JobSnapshot } from './snapshot.js';

/** Returns the initial state of a job. The memo holds it until the first workflow task. */
export function queuedSnapshot(job: DownloadJob): JobSnapshot {
  return {
    userId: job.userId,
    fingerprint: job.fingerprint,
    archiveName: job.archive.name,
    format: job.archive.format,
    labels: job.labels,
    ...(job.isRetry ? { isRetry: true } : {}),
    status: 'queued',
    phase: 'queued',
    message: 'Waiting for a worker',
    totalFiles: job.files.length,
    preparedFiles: 0,
    skippedFiles: 0,
    bytesTotal: null,
    bytesHighWater: 0,
    filesHighWater: 0,
    attempts: 1,
    createdAt: job.createdAt,
    startedAt: null,
    completedAt: null,
    ttlMs: job.policy.ttlMs,
    archive: null,
    archiveKey: null,
    error: null,
  };
}
