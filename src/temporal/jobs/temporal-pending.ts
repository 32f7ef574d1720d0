import type { WorkflowExecutionDescription } from '@temporalio/client';
import type { PendingStep } from '../../contract/http/admin-schemas.js';
import { type ErrorCode, ERRORS, isErrorCode } from '../../contract/errors.js';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];
type Time = PendingActivity['lastStartedTime'];

/** `PendingActivityState` of Temporal's API. */
const STATES: Record<number, PendingStep['state']> = { 1: 'waiting', 2: 'running', 3: 'cancelling' };

/** The steps of a job that are under way or wait to be tried again. */
export function pendingSteps({ raw }: WorkflowExecutionDescription): PendingStep[] {
  return (raw.pendingActivities ?? []).map((activity) => ({
    step: activity.activityType?.name ?? 'unknown',
    state: STATES[activity.state ?? 1] ?? 'waiting',
    attempt: activity.attempt ?? 1,
    startedAt: timestamp(activity.lastStartedTime),
    nextAttemptAt: timestamp(activity.nextAttemptScheduleTime),
    lastFailure: lastFailureOf(activity),
  }));
}

/** A failure's own text is told when it is one of ours: any other may come from anywhere, and hold anything. */
function lastFailureOf({ lastFailure }: PendingActivity): PendingStep['lastFailure'] {
  if (!lastFailure) return null;
  const type = lastFailure.applicationFailureInfo?.type;
  if (isErrorCode(type)) return { code: type, message: lastFailure.message || `${ERRORS[type].title}.` };
  const code: ErrorCode = lastFailure.timeoutFailureInfo ? 'WORKER_LOST' : 'INTERNAL_ERROR';
  return { code, message: `${ERRORS[code].title}. The Temporal Web UI has more.` };
}

function timestamp(time: Time): string | null {
  if (!time?.seconds) return null;
  return new Date(Number(time.seconds) * 1_000 + Math.floor((time.nanos ?? 0) / 1e6)).toISOString();
}
