import type { JobEnded, JobFailed } from '../http/callback-schemas.js';
import type { DownloadJob } from '../job.js';
import type { JobError, JobSnapshot } from '../snapshot.js';

const TYPES = {
  completed: 'download.completed',
  failed: 'download.failed',
  cancelled: 'download.cancelled',
} as const;

/** Builds the message to the owner of a job that has ended. */
export function jobEnded(job: DownloadJob, snapshot: JobSnapshot): JobEnded {
  const { status, archive, createdAt, startedAt } = snapshot;
  const completedAt = snapshot.completedAt ?? createdAt;
  return {
    type: TYPES[status as keyof typeof TYPES],
    timestamp: completedAt,
    data: {
      jobId: job.jobId,
      status,
      message: snapshot.message,
      filesProcessed: archive?.files ?? snapshot.filesHighWater,
      filesSkipped: archive?.skipped ?? snapshot.skippedFiles,
      totalFiles: snapshot.totalFiles,
      bytesProcessed: snapshot.bytesHighWater,
      bytesTotal: snapshot.bytesTotal,
      attempts: snapshot.attempts,
      createdAt,
      startedAt,
      completedAt,
      expiresAt: new Date(Date.parse(completedAt) + snapshot.ttlMs).toISOString(),
      downloadPath: `/v1/download/${job.jobId}`,
      labels: job.labels,
      archive,
      error: snapshot.error && withoutFileIds(snapshot.error),
    },
  };
}

/** Keeps the payload as receivers know it. */
function withoutFileIds({ fileIds: _fileIds, ...error }: JobError): JobEnded['data']['error'] {
  return error;
}

/** Builds the message to the operators about a failed job. */
export function jobFailed(
  { jobId, userId, createdAt }: DownloadJob,
  { code, message, supportId }: JobError,
  completedAt: string | null,
  workflowId: string,
): JobFailed {
  return {
    type: 'download.failed',
    timestamp: completedAt ?? createdAt,
    data: { jobId, userId, code, message, supportId, workflowId },
  };
}
