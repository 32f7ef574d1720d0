import { DOWNLOAD_WORKFLOW, SEARCH_ATTRIBUTES, userKeyword, workflowIdFor } from '../../contract/names.js';
import type { JobStatus } from '../../contract/snapshot.js';

/**
 * What must hold of a workflow for its job to have the status, as far as the index can tell: the attribute is what the
 * workflow said last, and one that was terminated or timed out had no last word.
 */
const CONDITIONS: Record<JobStatus, string> = {
  queued: running('queued'),
  running: running('running'),
  processing_artifacts: running('processing_artifacts'),
  completed: attribute('completed'),
  expired: attribute('completed'),
  cancelled: `(${attribute('cancelled')} OR ExecutionStatus = 'Canceled')`,
  failed: `(${attribute('failed')} OR ExecutionStatus IN ('Failed', 'TimedOut', 'Terminated'))`,
};

/** The jobs of a user, and of a status, if one is given; perhaps others' too, see `userKeyword`. */
export function jobsOf(userId: string, status: JobStatus | null): string {
  const user = `WorkflowType = ${quoted(DOWNLOAD_WORKFLOW)} AND ${SEARCH_ATTRIBUTES.user} = ${quoted(userKeyword(userId))}`;
  return status === null ? user : `${user} AND ${CONDITIONS[status]}`;
}

/** All runs of these jobs. */
export function runsOf(jobIds: readonly string[]): string {
  return `WorkflowId IN (${jobIds.map((jobId) => quoted(workflowIdFor(jobId))).join(', ')})`;
}

/** Began in this span, ends included; null for no bound, undefined without any. Milliseconds since the epoch. */
export function startedWithin(from: number | null, to: number | null): string | undefined {
  const bounds = [
    ...(from === null ? [] : [`StartTime >= ${timestamp(from)}`]),
    ...(to === null ? [] : [`StartTime <= ${timestamp(to)}`]),
  ];
  return bounds.length > 0 ? bounds.join(' AND ') : undefined;
}

/** A text as the query language has it: quotes are doubled, and a back slash would begin an escape. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

function running(status: JobStatus): string {
  return `(${attribute(status)} AND ExecutionStatus = 'Running')`;
}

function attribute(status: JobStatus): string {
  return `${SEARCH_ATTRIBUTES.status} = ${quoted(status)}`;
}

function timestamp(ms: number): string {
  return quoted(new Date(ms).toISOString());
}
