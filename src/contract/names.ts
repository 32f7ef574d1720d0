/**
 * The names that API, workflow and worker must agree on. A renamed value here orphans running jobs:
 * change one only together with a migration.
 */

/** Workflow tasks, and the light activities: preparing files, publishing, cleaning up. */
export const ORCHESTRATION_TASK_QUEUE = 'longhaul';

/** The archive builds alone, so that heavy work scales apart from everything else. */
export const BUILD_TASK_QUEUE = 'longhaul-build';

export const DOWNLOAD_WORKFLOW = 'downloadWorkflow';
export const LANE_WORKFLOW = 'laneWorkflow';

export const STATUS_QUERY = 'status';
export const FILES_QUERY = 'files';

/** Between a download and the lane of its user. */
export const ACQUIRE_SIGNAL = 'acquire';
export const GRANTED_SIGNAL = 'granted';
export const RELEASE_SIGNAL = 'release';
export const LANE_QUERY = 'lane';

/** Search attributes, both keywords; the worker registers them when the namespace lacks them. */
export const SEARCH_ATTRIBUTES = { user: 'LonghaulUser', status: 'LonghaulStatus' } as const;

/** Memo fields: what `describe` tells of a job without any worker. */
export const MEMO = { snapshot: 'longhaulSnapshot' } as const;

/** The id of the workflow that is the job `jobId`; every caller derives it, nobody stores it. */
export function workflowIdFor(jobId: string): string {
  return `download/${jobId}`;
}

/** The id of the workflow that gives out the slots of a user. */
export function laneIdFor(userId: string): string {
  return `lane/${encodeURIComponent(userId)}`;
}

/** By what Temporal gives every user a turn: at most 64 bytes, so that users of long names may share one. */
export function fairnessKeyFor(userId: string): string {
  return encodeURIComponent(userId).slice(0, 64);
}
