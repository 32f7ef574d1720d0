import {
  type ActivityOptions,
  ActivityCancellationType,
  type LocalActivityOptions,
} from '@temporalio/workflow';
import { BUILD_TASK_QUEUE } from '../contract/names.js';
import type { JobPolicy } from '../contract/types.js';

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
  scheduleToCloseTimeout: '1d',
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '5m' },
};

/** Opening a lane: one request that needs no worker. Once, for who gets no answer asks the lane instead. */
export const OPEN_LANE_OPTIONS: LocalActivityOptions = {
  startToCloseTimeout: '2s',
  retry: { maximumAttempts: 1 },
};

/**
 * Asking for a slot: one workflow task of the lane. Refused when many ask at once, so tried again soon, and for as long
 * as it takes: without an answer the job could only fail.
 */
export const ACQUIRE_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '10s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
};

/** Looking jobs up: a few dozen requests, and another look comes within a minute. */
export const LOOK_UP_OPTIONS: ActivityOptions = {
  startToCloseTimeout: '10s',
  retry: { maximumAttempts: 2 },
};
