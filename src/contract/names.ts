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

export const STATUS_QUERY = 'status';
export const FILES_QUERY = 'files';

/** Search attributes, both keywords; the worker registers them when the namespace lacks them. */
export const SEARCH_ATTRIBUTES = { user: 'LonghaulUser', status: 'LonghaulStatus' } as const;

/** Memo fields: what `describe` tells of a job without any worker. */
export const MEMO = { snapshot: 'longhaulSnapshot' } as const;

/** The id of the workflow that is the job `jobId`; every caller derives it, nobody stores it. */
export function workflowIdFor(jobId: string): string {
  return `download/${jobId}`;
}

/** The ids of the workflows that tell of how a run of the job `jobId` ended. */
export function callbackWorkflowIdFor(kind: 'url' | 'operator', jobId: string, runId: string): string {
  return `${kind === 'url' ? 'callback' : 'operator-callback'}/${jobId}/${runId}`;
}
