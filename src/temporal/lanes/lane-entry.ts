import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import type { LaneState, Slot, SlotRequest } from '../../contract/lanes.js';
import { ACQUIRE_SIGNAL, LANE_WORKFLOW, laneIdFor, ORCHESTRATION_TASK_QUEUE } from '../../contract/names.js';
import type { laneWorkflow } from '../../workflows/index.js';
import { laneSummaryOf } from '../jobs/start-options.js';

/** Highest priority for the tasks of a lane, because all jobs of the user wait for it. */
const LANE_PRIORITY_KEY = 1;

/** Requests a slot. @see LaneActivities.enterLane */
export async function enterLane(
  { workflow }: Client,
  { userId, maxRunning, slot }: SlotRequest,
): Promise<boolean> {
  try {
    await workflow.start<typeof laneWorkflow>(LANE_WORKFLOW, {
      ...laneOptions(userId, { maxRunning, running: [slot], waiting: [] }),
      workflowIdConflictPolicy: 'FAIL',
    });
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  // If an earlier attempt opened the lane and its answer was lost, the lane notifies the job again. If the lane has
  // closed since the first call, this one opens it again, with the job waiting, so that it is notified as well.
  await workflow.signalWithStart<typeof laneWorkflow, [Slot, number]>(LANE_WORKFLOW, {
    ...laneOptions(userId, { maxRunning, running: [], waiting: [slot] }),
    signal: ACQUIRE_SIGNAL,
    signalArgs: [slot, maxRunning],
  });
  return false;
}

/** @param state must contain a job, because an empty lane completes at once. */
function laneOptions(userId: string, state: LaneState): WorkflowStartOptions<typeof laneWorkflow> {
  return {
    workflowId: laneIdFor(userId),
    taskQueue: ORCHESTRATION_TASK_QUEUE,
    args: [state],
    staticSummary: laneSummaryOf(userId),
    priority: { priorityKey: LANE_PRIORITY_KEY },
  };
}
