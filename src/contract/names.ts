/**
 * The names that API, workflow and worker must agree on. A renamed value here orphans running jobs:
 * change one only together with a migration.
 */

/** Workflow tasks, and the light activities: preparing files, publishing, cleaning up. */
export const ORCHESTRATION_TASK_QUEUE = 'longhaul';

/** The archive builds alone, so that heavy work scales apart from everything else. */
export const BUILD_TASK_QUEUE = 'longhaul-build';

export const DOWNLOAD_WORKFLOW = 'downloadWorkflow';

export const SWEEP_WORKFLOW = 'sweepWorkflow';

/** Id of the schedule that runs it; one for a namespace. */
export const SWEEP_SCHEDULE = 'longhaul-sweep';

export const STATUS_QUERY = 'status';
export const FILES_QUERY = 'files';

/** Search attributes, both keywords; the worker registers them when the namespace lacks them. */
export const SEARCH_ATTRIBUTES = { user: 'LonghaulUser', status: 'LonghaulStatus' } as const;

/** Memo fields: what `describe` tells of a job without any worker. */
export const MEMO = {
  snapshot: 'longhaulSnapshot',
  /** Of the sweep: the cron expression that its schedule was made for. */
  cron: 'longhaulCron',
} as const;

/** The id of the workflow that is the job `jobId`; every caller derives it, nobody stores it. */
export function workflowIdFor(jobId: string): string {
  return `download/${jobId}`;
}
