import { activityInfo, getClient } from '@temporalio/activity';
import { WorkflowNotFoundError } from '@temporalio/client';
import pMap from 'p-map';
import type { LaneActivities, Slot } from '../../contract/lanes.js';
import { workflowIdFor } from '../../contract/names.js';
import { enterLane } from './lane-entry.js';

const LOOK_UP_CONCURRENCY = 10;

/** A build hears that its job was terminated with its next heartbeat, and has let go of everything by then. */
export const LETTING_GO_MS = 5_000;

/** The activities that are calls to Temporal and nothing else, by the client of the worker they run in. */
export const laneActivities: LaneActivities = {
  enterLane: (request) => enterLane(getClient(), request),
  endedJobs,
};

async function endedJobs(slots: Slot[]): Promise<Slot[]> {
  // The time as Temporal tells it, which is whose clock the jobs ended by.
  const longAgo = activityInfo().currentAttemptScheduledTimestampMs - LETTING_GO_MS;
  const ended = await pMap(slots, (slot) => hadEnded(slot, longAgo), { concurrency: LOOK_UP_CONCURRENCY });
  return slots.filter((_, i) => ended[i]);
}

async function hadEnded({ jobId, runId }: Slot, at: number): Promise<boolean> {
  try {
    const { closeTime } = await getClient().workflow.getHandle(workflowIdFor(jobId), runId).describe();
    return closeTime !== undefined && closeTime.getTime() <= at;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return true;
    throw error;
  }
}
