import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { DownloadActivities } from '../../contract/activities.js';
import { chunkSize } from '../../contract/chunk-size.js';
import { type ErrorCode, ERRORS, isErrorCode } from '../../contract/errors.js';
import type { PendingStep } from '../../contract/http/admin-schemas.js';
import type { SegmentActivities, SegmentProgress } from '../../contract/segments.js';
import type { BuildProgress, JobSnapshot, SegmentsSnapshot } from '../../contract/snapshot.js';
import type { LiveProgress } from '../../jobs/jobs.js';
import { snapshotOf } from './job-snapshot.js';

type PendingActivity = NonNullable<WorkflowExecutionDescription['raw']['pendingActivities']>[number];

/** `PendingActivityState` of Temporal's API. */
const STATES: Record<number, PendingStep['state']> = { 1: 'waiting', 2: 'running', 3: 'cancelling' };

const LOOK_UP: keyof DownloadActivities = 'prepareFiles';

/** Steps during which the progress is the sum of the segments. */
const SEGMENT_STEPS: ReadonlySet<string> = new Set<keyof SegmentActivities>([
  'buildSegment',
  'finishArchive',
]);

/** The snapshot of the memo, with the number of files looked up since: those whose activity is no longer pending. */
export function describedSnapshot(description: WorkflowExecutionDescription): JobSnapshot | undefined {
  const snapshot = snapshotOf(description);
  return snapshot?.phase === 'preparing' ? withLookedUp(snapshot, pendingOf(description)) : snapshot;
}

function withLookedUp(snapshot: JobSnapshot, pending: readonly PendingActivity[]): JobSnapshot {
  const { totalFiles } = snapshot;
  const chunks = pending.filter(({ activityType }) => activityType?.name === LOOK_UP).length;
  const preparedFiles = totalFiles - chunks * chunkSize(totalFiles);
  if (preparedFiles <= snapshot.preparedFiles) return snapshot;
  return { ...snapshot, preparedFiles, message: `Looking up ${preparedFiles} of ${totalFiles} files` };
}

/**
 * True between the end of the build and the next workflow task: the heartbeats are gone and the memo is old. A query
 * makes the workflow process the end of the build first.
 */
export function isBetweenSteps(description: WorkflowExecutionDescription, { phase }: JobSnapshot): boolean {
  return phase === 'building' && pendingOf(description).length === 0;
}

/** True after a request to cancel the workflow, even when it has ended in another way since. */
export function isCancelling({ raw }: WorkflowExecutionDescription): boolean {
  return Boolean(raw.workflowExtendedInfo?.cancelRequested);
}

/**
 * Reads the progress of the build, its attempt, and the failure of the attempt before from the pending activities.
 * @param snapshot with the segments that are built, which have no heartbeats any more.
 */
export function liveProgress(
  description: WorkflowExecutionDescription,
  snapshot?: JobSnapshot,
): LiveProgress | null {
  const cancelling = isCancelling(description);
  const activity = pendingOf(description).reduce<PendingActivity | undefined>(
    (worst, next) => ((next.attempt ?? 1) > (worst?.attempt ?? 0) ? next : worst),
    undefined,
  );
  if (!activity) return cancelling ? { ...NO_PROGRESS, cancelling } : null;
  if (snapshot?.segments && SEGMENT_STEPS.has(activity.activityType?.name ?? ''))
    return { ...segmentsProgress(pendingOf(description), activity, snapshot, snapshot.segments), cancelling };
  const progress = heartbeatOf(activity);
  const attemptMs = attemptMsOf(activity);
  return {
    attempt: activity.attempt ?? 1,
    attemptStartedAt: milliseconds(activity.lastStartedTime),
    attemptMs,
    bytes: attemptMs === null ? 0 : (progress?.bytes ?? 0),
    files: attemptMs === null ? 0 : (progress?.files ?? 0),
    bytesHighWater: progress?.bytesHighWater ?? 0,
    filesHighWater: progress?.filesHighWater ?? 0,
    retry: retryOf(activity),
    cancelling,
  };
}

/** Adds up the segments: those that are built, and those that run or wait. */
function segmentsProgress(
  pending: readonly PendingActivity[],
  worst: PendingActivity,
  { buildStartedAt }: JobSnapshot,
  { built, bytes, files, handedOver }: SegmentsSnapshot,
): Omit<LiveProgress, 'cancelling'> {
  const beats = pending.flatMap((activity) => heartbeatOf(activity) ?? []) as SegmentProgress[];
  const running = beats.filter(({ segment }) => !built.includes(segment));
  const reached = new Map(Object.entries(handedOver));
  for (const { segment, bytesHighWater, filesHighWater } of running)
    reached.set(String(segment), { bytes: bytesHighWater, files: filesHighWater });
  const all = [{ bytes, files }, ...reached.values()];
  const startedAt = buildStartedAt === undefined ? null : Date.parse(buildStartedAt);
  const beatAt = Math.max(...pending.map((activity) => milliseconds(activity.lastHeartbeatTime) ?? 0));
  const isOneRunning = pending.some((activity) => stateOf(activity) === 'running');
  const sums = {
    bytes: all.reduce((sum, part) => sum + part.bytes, 0),
    files: all.reduce((sum, part) => sum + part.files, 0),
  };
  return {
    ...sums,
    attempt: worst.attempt ?? 1,
    attemptStartedAt: startedAt,
    attemptMs: startedAt === null || beatAt <= startedAt ? null : beatAt - startedAt,
    bytesHighWater: sums.bytes,
    filesHighWater: sums.files,
    retry: isOneRunning ? null : retryOf(worst),
  };
}

/** Lists the activities of a job that run or wait for their next attempt. */
export function pendingSteps(description: WorkflowExecutionDescription): PendingStep[] {
  return pendingOf(description).map((activity) => ({
    step: activity.activityType?.name ?? 'unknown',
    state: stateOf(activity),
    attempt: activity.attempt ?? 1,
    startedAt: timestamp(activity.lastStartedTime),
    nextAttemptAt: timestamp(activity.nextAttemptScheduleTime),
    lastFailure: lastFailureOf(activity),
  }));
}

const NO_PROGRESS: LiveProgress = {
  attempt: 1,
  attemptStartedAt: null,
  attemptMs: null,
  bytes: 0,
  files: 0,
  bytesHighWater: 0,
  filesHighWater: 0,
  retry: null,
  cancelling: false,
};

function pendingOf({ raw }: WorkflowExecutionDescription): readonly PendingActivity[] {
  return raw.pendingActivities ?? [];
}

function stateOf({ state }: PendingActivity): PendingStep['state'] {
  return STATES[state ?? 1] ?? 'waiting';
}

function heartbeatOf(activity: PendingActivity): BuildProgress | null {
  const payload = activity.heartbeatDetails?.payloads?.[0];
  if (!payload) return null;
  const details = defaultPayloadConverter.fromPayload<BuildProgress | null>(payload);
  return typeof details?.bytesHighWater === 'number' ? details : null;
}

/** Null while the last heartbeat is one of an earlier attempt. */
function attemptMsOf({ lastStartedTime, lastHeartbeatTime }: PendingActivity): number | null {
  const [started, reported] = [milliseconds(lastStartedTime), milliseconds(lastHeartbeatTime)];
  return started === null || reported === null || reported <= started ? null : reported - started;
}

function retryOf(activity: PendingActivity): LiveProgress['retry'] {
  const code = failureCodeOf(activity);
  if (!code || (activity.attempt ?? 1) < 2 || stateOf(activity) === 'running') return null;
  return { at: milliseconds(activity.nextAttemptScheduleTime), reason: `${ERRORS[code].title}.` };
}

/** Shows the text of our own failures only: any other text may hold hosts, keys or signed links. */
function lastFailureOf(activity: PendingActivity): PendingStep['lastFailure'] {
  const code = failureCodeOf(activity);
  if (!code) return null;
  const { lastFailure } = activity;
  const isOurs = isErrorCode(lastFailure?.applicationFailureInfo?.type);
  if (isOurs) return { code, message: lastFailure?.message || `${ERRORS[code].title}.` };
  return { code, message: `${ERRORS[code].title}. The Temporal Web UI has the details.` };
}

function failureCodeOf({ lastFailure }: PendingActivity): ErrorCode | undefined {
  if (!lastFailure) return undefined;
  const type = lastFailure.applicationFailureInfo?.type;
  if (isErrorCode(type)) return type;
  return lastFailure.timeoutFailureInfo ? 'WORKER_LOST' : 'INTERNAL_ERROR';
}

function timestamp(time: PendingActivity['lastStartedTime']): string | null {
  const ms = milliseconds(time);
  return ms === null ? null : new Date(ms).toISOString();
}

function milliseconds(time: PendingActivity['lastStartedTime']): number | null {
  return time?.seconds ? Number(time.seconds) * 1_000 + Math.floor((time.nanos ?? 0) / 1e6) : null;
}
