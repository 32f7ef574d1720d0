import {
  type Client,
  WorkflowExecutionAlreadyStartedError,
  type WorkflowStartOptions,
} from '@temporalio/client';
import {
  announcedSlot,
  type Ask,
  type LaneState,
  type Slot,
  type SlotRequest,
} from '../../contract/lanes.js';
import {
  ACQUIRE_SIGNAL,
  LANE_WORKFLOW,
  laneIdFor,
  MEMO,
  ORCHESTRATION_TASK_QUEUE,
} from '../../contract/names.js';
import type { laneWorkflow } from '../../workflows/index.js';

/** A lane keeps others waiting, so its tasks go before all others. */
const LANE_PRIORITY_KEY = 1;

/** Asks for a slot: for a job, or by the job itself. @see LaneActivities.enterLane */
export async function enterLane({ workflow }: Client, request: SlotRequest): Promise<boolean> {
  const { userId, maxRunning, slot, ask } = request;
  try {
    await workflow.start<typeof laneWorkflow>(LANE_WORKFLOW, {
      ...laneOptions(userId, { maxRunning, running: [slotAs(slot, ask)], waiting: [] }),
      workflowIdConflictPolicy: 'FAIL',
      memo: { [MEMO.opener]: slot.runId },
    });
    return true;
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
  }
  if (ask !== 'announced' && (await wasOpenedBy(slot, { workflow }, userId))) return true;
  await workflow.signalWithStart<typeof laneWorkflow, [Slot, number, Ask]>(LANE_WORKFLOW, {
    // One that has ended in this moment begins anew, and tells this job too.
    ...laneOptions(userId, { maxRunning, running: [], waiting: [slotAs(slot, ask)] }),
    signal: ACQUIRE_SIGNAL,
    signalArgs: [slot, maxRunning, ask],
  });
  return false;
}

/** It was announced, or the answer to an earlier try was lost. */
async function wasOpenedBy(
  { runId }: Slot,
  { workflow }: Pick<Client, 'workflow'>,
  userId: string,
): Promise<boolean> {
  const { memo, status } = await workflow.getHandle(laneIdFor(userId)).describe();
  return status.name === 'RUNNING' && memo?.[MEMO.opener] === runId;
}

function slotAs(slot: Slot, ask: Ask): Slot {
  return ask === 'announced' ? announcedSlot(slot) : slot;
}

/** A lane is never empty: it begins with the job that opens it. */
function laneOptions(userId: string, state: LaneState): WorkflowStartOptions<typeof laneWorkflow> {
  return {
    workflowId: laneIdFor(userId),
    taskQueue: ORCHESTRATION_TASK_QUEUE,
    args: [state],
    staticSummary: `Slots of ${userId}`,
    priority: { priorityKey: LANE_PRIORITY_KEY },
  };
}
