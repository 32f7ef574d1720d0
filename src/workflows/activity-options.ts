import {
  type ActivityOptions,
  ActivityCancellationType,
  type LocalActivityOptions,
} from '@temporalio/workflow';
import { BUILD_TASK_QUEUE, CALLBACK_TASK_QUEUE } from '../contract/names.js';
import type { JobPolicy } from '../contract/job.js';

/** After 5 s, 25 s and 2 min: a user waits, and what lasts longer than that is better told than waited for. */
function userFacingRetry(policy: JobPolicy) {
  return {
    initialInterval: '5s',
    backoffCoefficient: 5,
    maximumInterval: '2m',
    maximumAttempts: policy.maxAttempts,
  } as const;
}

/** Looking files up: a thousand HEAD requests at the most, so two minutes mean that the store hangs. */
export function prepareOptions(policy: JobPolicy): ActivityOptions {
  return {
    startToCloseTimeout: '2m',
    heartbeatTimeout: policy.heartbeatTimeoutMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: userFacingRetry(policy),
  };
}

/**
 * Building: as long as the job may take, for only the heartbeat tells a slow build from a dead one. A cancelled job
 * waits until the build has let go of its upload, else cleaning up would race with it.
 */
export function buildOptions(policy: JobPolicy): ActivityOptions {
  return {
    taskQueue: BUILD_TASK_QUEUE,
    startToCloseTimeout: policy.timeoutMs,
    heartbeatTimeout: policy.heartbeatTimeoutMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: userFacingRetry(policy),
  };
}

/** Publishing: one HEAD and a few deletes. */
export function publishOptions(policy: JobPolicy): ActivityOptions {
  return {
    startToCloseTimeout: '1m',
    heartbeatTimeout: policy.heartbeatTimeoutMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: userFacingRetry(policy),
  };
}

/** Removing what a dead job left: nobody waits for it, so it outlasts an outage of the store. */
export const REMOVE_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '2m',
  heartbeatTimeout: '10s',
  scheduleToCloseTimeout: '1d',
  // Until it is done the job cannot be started again under its key.
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
};

/**
 * Asking for a slot: two requests that no worker answers, so that it may be part of the workflow task. For as long as it
 * takes, for without a slot the job could only fail.
 */
export const ENTER_LANE_OPTIONS: LocalActivityOptions = {
  startToCloseTimeout: '5s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
};

/** Looking jobs up: a few dozen requests, and another look comes within a minute. */
export const LOOK_UP_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '10s',
  retry: { maximumAttempts: 2 },
};
/** One try of a callback: the workflow itself decides when the next one is, so that each is seen. */
export function callbackOptions(summary: string): ActivityOptions {
  return {
    taskQueue: CALLBACK_TASK_QUEUE,
    startToCloseTimeout: '30s',
    retry: { maximumAttempts: 1 },
    summary,
  };
}
