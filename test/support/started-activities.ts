import type { Client } from '@temporalio/client';
import { temporal } from '@temporalio/proto';
import { workflowIdFor } from '../../src/contract/names.js';

const STARTED = temporal.api.enums.v1.PendingActivityState.PENDING_ACTIVITY_STATE_STARTED;

/** Returns the activities of a job that a worker runs now. A status also counts attempts that wait for a worker. */
export async function startedActivities(client: Client, jobId: string) {
  const { raw } = await client.workflow.getHandle(workflowIdFor(jobId)).describe();
  return (raw.pendingActivities ?? []).filter(({ state }) => state === STARTED);
}
