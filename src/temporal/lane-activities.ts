import { activityInfo, getClient } from '@temporalio/activity';
import {
  WithStartWorkflowOperation,
  WorkflowExecutionAlreadyStartedError,
  WorkflowNotFoundError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import pMap from 'p-map';
import type { LaneActivities, Slot, SlotAnswer, SlotRequest } from '../contract/lanes.js';
import {
  ACQUIRE_UPDATE,
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
const LETTING_GO_MS = 5_000;

/** The activities that are calls to Temporal and nothing else, by the client of the worker they run in. */
export const laneActivities: LaneActivities = { openLane, acquireSlot, endedJobs };

async function openLane(request: SlotRequest): Promise<boolean> {
  try {
    await getClient().workflow.start<typeof laneWorkflow>(LANE_WORKFLOW, {
      ...laneOptions(request),
      workflowIdConflictPolicy: 'FAIL',
    });
    return true;
  } catch (error) {
    if (error instanceof WorkflowExecutionAlreadyStartedError) return false;
    throw error;
  }
}

async function acquireSlot(request: SlotRequest): Promise<SlotAnswer> {
  const startWorkflowOperation = new WithStartWorkflowOperation<typeof laneWorkflow>(LANE_WORKFLOW, {
    ...laneOptions(request),
    workflowIdConflictPolicy: 'USE_EXISTING',
  });
  return getClient().workflow.executeUpdateWithStart<typeof laneWorkflow, SlotAnswer, [Slot, number]>(
    ACQUIRE_UPDATE,
    { args: [request.slot, request.maxRunning], startWorkflowOperation },
  );
}

/** A lane is never empty: it begins with the job that opens it, even if nothing that job says arrives any more. */
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
