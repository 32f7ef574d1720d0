import { activityInfo, getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import pMap from 'p-map';
import type { LaneActivities, Slot } from '../../contract/lanes.js';
import { workflowIdFor } from '../../contract/names.js';
import { enterLane } from './lane-entry.js';

const PROBE_CONCURRENCY = 10;

/**
 * Time for which a terminated job keeps its slot. Its build learns of the termination with the next heartbeat
 * and needs this long to stop.
 */
export const TERMINATION_GRACE_MS = 5_000;

/** Activities that only call Temporal, with the client of their worker. */
export const laneActivities: LaneActivities = {
  enterLane: (request) => enterLane(getClient(), request),
  endedJobs,
};

async function endedJobs(slots: Slot[]): Promise<Slot[]> {
  // The clock of the server, because close times are measured by it.
  const latest = activityInfo().currentAttemptScheduledTimestampMs - TERMINATION_GRACE_MS;
  const ended = await pMap(slots, (slot) => hasEndedBefore(slot, latest), { concurrency: PROBE_CONCURRENCY });
  return slots.filter((_, i) => ended[i]);
}

async function hasEndedBefore({ jobId, runId }: Slot, latest: number): Promise<boolean> {
  try {
    const { closeTime } = await getClient().workflow.getHandle(workflowIdFor(jobId), runId).describe();
    return closeTime !== undefined && closeTime.getTime() <= latest;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}
