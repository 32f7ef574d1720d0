/**
 * Names that API, workflow and worker share. Changing a value orphans running jobs, so change one only together with
 * a migration.
 */

/** Workflow tasks and light activities: preparing files, publishing, cleaning up. */
export const ORCHESTRATION_TASK_QUEUE = 'longhaul';

/** Only archive builds of jobs that workers of earlier versions started. */
export const BUILD_TASK_QUEUE = 'longhaul-build';

/**
 * Only archive builds, so that heavy work scales separately. Another queue than the one before, because workers of
 * earlier versions do not know the activities of segments and would use up their attempts.
 */
export const SEGMENT_TASK_QUEUE = 'longhaul-segments';

/** Only callbacks, so that a receiver that hangs cannot block other activities. */
export const CALLBACK_TASK_QUEUE = 'longhaul-callbacks';

export const DOWNLOAD_WORKFLOW = 'downloadWorkflow';
export const LANE_WORKFLOW = 'laneWorkflow';
export const CALLBACK_WORKFLOW = 'deliverCallbackWorkflow';

export const SWEEP_WORKFLOW = 'sweepWorkflow';

/** Id of the schedule that runs the sweep; one per namespace. */
export const SWEEP_SCHEDULE = 'longhaul-sweep';

export const STATUS_QUERY = 'status';
export const FILES_QUERY = 'files';

/** Messages between a download and the lane of its user. */
export const ACQUIRE_SIGNAL = 'acquire';
export const GRANTED_SIGNAL = 'granted';
export const RELEASE_SIGNAL = 'release';
export const LANE_QUERY = 'lane';

/** Search attributes of type keyword. The worker registers them when the namespace lacks them. */
export const SEARCH_ATTRIBUTES = { user: 'LonghaulUser', status: 'LonghaulStatus' } as const;

/** Characters that Temporal escapes with a backslash. SQL databases read the backslash literally and never match. */
// eslint-disable-next-line no-control-regex -- control characters are what is replaced
const BACKSLASH_ESCAPED = /[\u0000-\u001f\u007f"\\]/g;

/**
 * Returns the value of the user's search attribute. Two users may share a value, so a reader must also compare the
 * user in the memo.
 */
export function userKeyword(userId: string): string {
  return userId.replace(BACKSLASH_ESCAPED, percentEncoded).slice(0, 255);
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** Memo fields: `describe` returns them without a worker. */
export const MEMO = {
  snapshot: 'longhaulSnapshot',
  /** On the sweep: the cron expression of its schedule. */
  cron: 'longhaulCron',
} as const;

const WORKFLOW_ID_PREFIX = 'download/';

/** Returns the workflow id of a job. Callers derive it and never store it. */
export function workflowIdFor(jobId: string): string {
  return `${WORKFLOW_ID_PREFIX}${jobId}`;
}

/** Returns the job id of a workflow id. */
export function jobIdFor(workflowId: string): string {
  return workflowId.slice(WORKFLOW_ID_PREFIX.length);
}

/** Matches the ids of workflows that work for one job. */
const JOB_WORKFLOW = /^(?:download|callback|operator-callback)\/([^/]+)/;

/** Returns the job that a workflow works for; undefined for lanes and sweeps. */
export function jobIdOf(workflowId: string | undefined): string | undefined {
  return JOB_WORKFLOW.exec(workflowId ?? '')?.[1];
}

/** Returns the id of a user's lane. A user id has at most 255 bytes, a workflow id may have 1,000. */
export function laneIdFor(userId: string): string {
  return `lane/${encodeURIComponent(userId)}`;
}

/** Returns the id of the workflow that delivers a callback about a run of the job. */
export function callbackWorkflowIdFor(kind: 'url' | 'operator', jobId: string, runId: string): string {
  return `${kind === 'url' ? 'callback' : 'operator-callback'}/${jobId}/${runId}`;
}
