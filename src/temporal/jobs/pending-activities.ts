import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { DownloadActivities } from '../../contract/activities.js';
import { chunkSize } from '../../contract/chunk-size.js';
import { ERRORS, type ErrorCode, isErrorCode } from '../../contract/errors.js';
import type { BuildProgress, JobSnapshot } from '../../contract/snapshot.js';
import { snapshotOf } from './job-snapshot.js';
import type { LiveProgress } from '../../jobs/jobs.js';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** `PENDING_ACTIVITY_STATE_STARTED` of Temporal's API. */
const STARTED = 2;

const LOOK_UP: keyof DownloadActivities = 'prepareFiles';

/** As `snapshotOf`, and how many files were looked up since: those whose activity is no longer pending. */
export function describedSnapshot(description: WorkflowExecutionDescription): JobSnapshot | undefined {
  const snapshot = snapshotOf(description);
  return snapshot?.phase === 'preparing'
    ? withLookedUp(snapshot, description.raw.pendingActivities ?? [])
    : snapshot;
}

function withLookedUp(snapshot: JobSnapshot, pending: readonly PendingActivity[]): JobSnapshot {
  const { totalFiles } = snapshot;
  const chunks = pending.filter(({ activityType }) => activityType?.name === LOOK_UP).length;
  const preparedFiles = totalFiles - chunks * chunkSize(totalFiles);
  if (preparedFiles <= snapshot.preparedFiles) return snapshot;
  return { ...snapshot, preparedFiles, message: `Looking up ${preparedFiles} of ${totalFiles} files` };
}

/**
 * The build has ended, and the workflow has not heard of it yet: its heartbeats are gone, and how far it came is told
 * nowhere. Asked, the workflow hears of it first.
 */
export function isBetweenSteps({ raw }: WorkflowExecutionDescription, { phase }: JobSnapshot): boolean {
  return phase === 'building' && (raw.pendingActivities ?? []).length === 0;
}

/** Whether the workflow was told to stop; it may have ended in whatever way since. */
export function isCancelling({ raw }: WorkflowExecutionDescription): boolean {
  return Boolean(raw.workflowExtendedInfo?.cancelRequested);
}

/** What the pending activities tell: how far the build is, which attempt, and why the last one failed. */
export function liveProgress(description: WorkflowExecutionDescription): LiveProgress | null {
  const pending = description.raw.pendingActivities ?? [];
  const cancelling = isCancelling(description);
  const activity = pending.reduce<PendingActivity | undefined>(
    (worst, next) => ((next.attempt ?? 1) > (worst?.attempt ?? 0) ? next : worst),
    undefined,
  );
  if (!activity) return cancelling ? { ...NOTHING_LIVE, cancelling } : null;
  const progress = heartbeatOf(activity);
  return {
    attempt: activity.attempt ?? 1,
    attemptStartedAt: milliseconds(activity.lastStartedTime),
    bytes: progress?.bytes ?? 0,
    bytesHighWater: progress?.bytesHighWater ?? 0,
    filesHighWater: progress?.filesHighWater ?? 0,
    retry: retryOf(activity),
    cancelling,
  };
}

const NOTHING_LIVE: LiveProgress = {
  attempt: 1,
  attemptStartedAt: null,
  bytes: 0,
  bytesHighWater: 0,
  filesHighWater: 0,
  retry: null,
  cancelling: false,
};

function heartbeatOf(activity: PendingActivity): BuildProgress | null {
  const payload = activity.heartbeatDetails?.payloads?.[0];
  if (!payload) return null;
  const details = defaultPayloadConverter.fromPayload<BuildProgress | null>(payload);
  return typeof details?.bytesHighWater === 'number' ? details : null;
}

/** Why the step waits to be tried again, in words of the contract: a failure's own text may come from anywhere. */
function retryOf(activity: PendingActivity): LiveProgress['retry'] {
  const failure = activity.lastFailure;
  if (!failure || (activity.attempt ?? 1) < 2 || Number(activity.state) === STARTED) return null;
  const type = failure.applicationFailureInfo?.type;
  const code: ErrorCode = isErrorCode(type)
    ? type
    : failure.timeoutFailureInfo
      ? 'WORKER_LOST'
      : 'INTERNAL_ERROR';
  return { at: milliseconds(activity.nextAttemptScheduleTime), reason: `${ERRORS[code].title}.` };
}

function milliseconds(time: PendingActivity['lastStartedTime']): number | null {
  return time?.seconds ? Number(time.seconds) * 1_000 + Math.floor((time.nanos ?? 0) / 1e6) : null;
}
