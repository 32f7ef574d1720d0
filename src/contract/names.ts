/**
 * The names that API, workflow and worker must agree on. A renamed value here orphans running jobs:
 * change one only together with a migration.
 */

/** Workflow tasks, and the light activities: preparing files, publishing, cleaning up. */
export const ORCHESTRATION_TASK_QUEUE = 'longhaul';

/** The archive builds alone, so that heavy work scales apart from everything else. */
export const BUILD_TASK_QUEUE = 'longhaul-build';

/** Callbacks alone: receivers that hang take up these slots and no others. */
export const CALLBACK_TASK_QUEUE = 'longhaul-callbacks';

export const DOWNLOAD_WORKFLOW = 'downloadWorkflow';
export const LANE_WORKFLOW = 'laneWorkflow';
export const CALLBACK_WORKFLOW = 'deliverCallbackWorkflow';

export const SWEEP_WORKFLOW = 'sweepWorkflow';

/** Id of the schedule that runs it; one for a namespace. */
export const SWEEP_SCHEDULE = 'longhaul-sweep';

export const STATUS_QUERY = 'status';
export const FILES_QUERY = 'files';

/** Between a download and the lane of its user. */
export const ACQUIRE_SIGNAL = 'acquire';
export const GRANTED_SIGNAL = 'granted';
export const RELEASE_SIGNAL = 'release';
export const LANE_QUERY = 'lane';

/** Search attributes, both keywords; the worker registers them when the namespace lacks them. */
export const SEARCH_ATTRIBUTES = { user: 'LonghaulUser', status: 'LonghaulStatus' } as const;

/** Quotes and what else Temporal puts a back slash before when it asks its SQL database, which takes that for a letter. */
// eslint-disable-next-line no-control-regex -- control characters are what is replaced
const NOT_TO_BE_ASKED_FOR = /[\u0000-\u001f\u007f"\\]/g;

/**
 * A user as the search attribute has it, and as it is asked for. Two users may share one: whoever asks must look at the
 * user in the memo too.
 */
export function userKeyword(userId: string): string {
  return userId.replace(NOT_TO_BE_ASKED_FOR, percentEncoded).slice(0, 255);
}

function percentEncoded(character: string): string {
  return `%${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}

/** Memo fields: what `describe` tells of a job without any worker. */
export const MEMO = {
  snapshot: 'longhaulSnapshot',
  /** Of the sweep: the cron expression that its schedule was made for. */
  cron: 'longhaulCron',
  /** Of a lane: the run of the job that opened it, and has a slot by that. */
  opener: 'longhaulOpener',
} as const;

const WORKFLOW_ID_PREFIX = 'download/';

/** The id of the workflow that is the job `jobId`; every caller derives it, nobody stores it. */
export function workflowIdFor(jobId: string): string {
  return `${WORKFLOW_ID_PREFIX}${jobId}`;
}

/** The job that the workflow of this id is. */
export function jobIdFor(workflowId: string): string {
  return workflowId.slice(WORKFLOW_ID_PREFIX.length);
}

/** The id of the workflow that gives out the slots of a user, whose name has 255 bytes: an id may have 1,000. */
export function laneIdFor(userId: string): string {
  return `lane/${encodeURIComponent(userId)}`;
}

/** The ids of the workflows that tell of how a run of the job `jobId` ended. */
export function callbackWorkflowIdFor(kind: 'url' | 'operator', jobId: string, runId: string): string {
  return `${kind === 'url' ? 'callback' : 'operator-callback'}/${jobId}/${runId}`;
}
