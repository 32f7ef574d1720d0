import { DOWNLOAD_WORKFLOW, SEARCH_ATTRIBUTES, userKeyword, workflowIdFor } from '../../contract/names.js';
import type { JobStatus } from '../../contract/snapshot.js';

/**
 * The visibility condition of each status. The search attribute holds the last status that the workflow wrote; a
 * workflow that was terminated or timed out wrote none at its end.
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

/** The query for the jobs of a user, of these statuses if given. It may match jobs of other users too: see `userKeyword`. */
export function jobsOf(userId: string, statuses: readonly JobStatus[] | null): string {
  const user = `WorkflowType = ${quoted(DOWNLOAD_WORKFLOW)} AND ${SEARCH_ATTRIBUTES.user} = ${quoted(userKeyword(userId))}`;
  if (statuses === null) return user;
  const conditions = new Set(statuses.map((status) => CONDITIONS[status]));
  return `${user} AND (${[...conditions].join(' OR ')})`;
}

/** The query for all runs of these jobs. */
export function runsOf(jobIds: readonly string[]): string {
  return `WorkflowId IN (${jobIds.map((jobId) => quoted(workflowIdFor(jobId))).join(', ')})`;
}

/** Quotes a text for the query language: doubles quotes and escapes backslashes. */
export function quoted(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

function running(status: JobStatus): string {
  return `(${attribute(status)} AND ExecutionStatus = 'Running')`;
}

function attribute(status: JobStatus): string {
  return `${SEARCH_ATTRIBUTES.status} = ${quoted(status)}`;
}
