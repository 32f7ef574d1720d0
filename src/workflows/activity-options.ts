import {
  type ActivityOptions,
  ActivityCancellationType,
  type LocalActivityOptions,
} from '@temporalio/workflow';
import { CALLBACK_TASK_QUEUE } from '../contract/names.js';
import type { JobPolicy } from '../contract/job.js';

/** Retries after 5 s, 25 s and 2 min. A user waits, so a longer outage is reported instead of waited for. */
function userFacingRetry(policy: JobPolicy) {
  return {
    initialInterval: '5s',
    backoffCoefficient: 5,
    maximumInterval: '2m',
    maximumAttempts: policy.maxAttempts,
  } as const;
}

/**
 * Options for looking files up. The requests have timeouts, but wait for each other without one, so the lookup may take
 * as long as the job.
 */
export function prepareOptions(policy: JobPolicy, summary: string): ActivityOptions {
  return {
    summary,
    startToCloseTimeout: policy.timeoutMs,
    heartbeatTimeout: policy.heartbeatTimeoutMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: userFacingRetry(policy),
  };
}

/**
 * Options for a build, or a step of one. It may take as long as the job, because only the heartbeat distinguishes a slow build from a
 * dead one. Cancellation waits until the build has aborted its upload, otherwise the cleanup would race with it.
 */
export function buildOptions(policy: JobPolicy, summary: string, taskQueue: string): ActivityOptions {
  return {
    summary,
    taskQueue,
    startToCloseTimeout: policy.timeoutMs,
    heartbeatTimeout: policy.heartbeatTimeoutMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: userFacingRetry(policy),
  };
}

/** Options for publishing: one HEAD request and a few deletes. */
export function publishOptions(policy: JobPolicy, summary: string): ActivityOptions {
  return {
    summary,
    startToCloseTimeout: '1m',
    heartbeatTimeout: policy.heartbeatTimeoutMs,
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    retry: userFacingRetry(policy),
  };
}

/**
 * Options for deleting the objects of a dead job. No user waits for it, so the retries outlast an outage of the
 * store.
 */
export const REMOVE_OPTIONS: ActivityOptions = {
  summary: "Delete the job's objects",
  startToCloseTimeout: '2m',
  heartbeatTimeout: '10s',
  scheduleToCloseTimeout: '1d',
  // The job cannot be started again under its key until the cleanup is done, so retry often.
  retry: { initialInterval: '1s', backoffCoefficient: 2, maximumInterval: '30s' },
};

/**
 * Options for requesting a slot: two calls that need no worker, so they fit into the workflow task. Retries without
 * limit, because the job cannot continue without a slot.
 */
export const ENTER_LANE_OPTIONS: LocalActivityOptions = {
  summary: 'Ask for a slot',
  startToCloseTimeout: '5s',
  cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
  retry: { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '10s' },
};

/** Options for a probe of the jobs in a lane: a few dozen calls, and the next probe follows within a minute. */
export function endedJobsOptions(summary: string): ActivityOptions {
  return { startToCloseTimeout: '10s', retry: { maximumAttempts: 2 }, summary };
}

/**
 * Options for one delivery attempt of a callback. The workflow schedules retries itself, so that each one is visible.
 */
export function callbackOptions(summary: string): ActivityOptions {
  return {
    taskQueue: CALLBACK_TASK_QUEUE,
    startToCloseTimeout: '30s',
    retry: { maximumAttempts: 1 },
    summary,
  };
}
