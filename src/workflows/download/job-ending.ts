import type { DownloadJob } from '../../contract/job.js';
import type { JobSnapshot } from '../../contract/snapshot.js';
import type { JobEnding } from '../../contract/telemetry.js';
import { traceparent } from '../tracing.js';

/** Returns the ending of a job; undefined while it goes on. */
export function endingOf({ jobId, userId }: DownloadJob, snapshot: JobSnapshot): JobEnding | undefined {
  const { status, createdAt, startedAt, completedAt } = snapshot;
  if (status !== 'completed' && status !== 'failed' && status !== 'cancelled') return undefined;
  return {
    jobId,
    userId,
    status,
    code: snapshot.error?.code ?? null,
    durationMs: millisBetween(startedAt, completedAt),
    waitMs: millisBetween(createdAt, startedAt),
    bytes: snapshot.archive?.size ?? snapshot.bytesTotal,
    files: snapshot.archive?.files ?? snapshot.filesHighWater,
    attempts: snapshot.attempts,
    traceparent: traceparent(),
  };
}

/** At least 0, because the API and Temporal take the times by different clocks. */
function millisBetween(start: string | null, end: string | null): number | null {
  return start === null || end === null ? null : Math.max(0, Date.parse(end) - Date.parse(start));
}
