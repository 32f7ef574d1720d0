import { activityInfo, getClient } from '@temporalio/activity';
import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import pMap from 'p-map';
import type { LaneActivities, Slot, SlotRequest } from '../contract/lanes.js';
import {
  ACQUIRE_SIGNAL,
  LANE_WORKFLOW,
  laneIdFor,
  ORCHESTRATION_TASK_QUEUE,
  workflowIdFor,
} from '../contract/names.js';
import type { laneWorkflow } from '../workflows/index.js';

/** A lane keeps others waiting, so its tasks go before all others. */
const LANE_PRIORITY_KEY = 1;

const LOOK_UP_CONCURRENCY = 10;

/** A build hears that its job was terminated with its next heartbeat, and has let go of everything by then. */
export const LETTING_GO_MS = 5_000;

/** The activities that are calls to Temporal and nothing else, by the client of the worker they run in. */
export const laneActivities: LaneActivities = { enterLane, endedJobs };

async function enterLane(request: SlotRequest): Promise<boolean> {
  const { workflow } = getClient();
  try {
    await workflow.start<typeof laneWorkflow>(LANE_WORKFLOW, {
      ...laneOptions(request),
      workflowIdConflictPolicy: 'FAIL',
    });
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  await workflow.signalWithStart<typeof laneWorkflow, [Slot, number]>(LANE_WORKFLOW, {
    ...laneOptions(request),
    signal: ACQUIRE_SIGNAL,
    signalArgs: [request.slot, request.maxRunning],
  });
  return false;
}

/** A lane is never empty: it begins with the job that opens it. */
function laneOptions({ userId, maxRunning, slot }: SlotRequest): WorkflowStartOptions<typeof laneWorkflow> {
  return {
    workflowId: laneIdFor(userId),
    taskQueue: ORCHESTRATION_TASK_QUEUE,
    args: [{ maxRunning, running: [slot], waiting: [] }],
    staticSummary: `Slots of ${userId}`,
    priority: { priorityKey: LANE_PRIORITY_KEY },
  };
}

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
