import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { type BuildArchiveInput, HANDED_OVER } from '../../contract/activities.js';
import type { Callback, CallbackAttempt } from '../../contract/callbacks/callbacks.js';
import type { BuiltArchive } from '../../contract/snapshot.js';
import type { ArchiveFormat } from '../../contract/job.js';
import type { BuiltSegment } from '../../contract/segments.js';
import type { SweepSummary } from '../../contract/sweep.js';
import type { Instruments } from '../../telemetry/metrics/instruments.js';
import type { WORKER_METRICS } from '../../telemetry/metrics/worker-metrics.js';

type ActivityMetrics = Instruments<typeof WORKER_METRICS>;

type Activity = Parameters<ActivityMetrics['activityAttempts']['add']>[0]['activity'];

/** Activities that take a slot of a worker. */
const BUILDS: ReadonlySet<string> = new Set(['buildArchive', 'planArchive', 'buildSegment', 'finishArchive']);

/** Counts the attempts of all activities, and what builds, deliveries and sweeps achieved. */
export function measuredActivities(metrics: ActivityMetrics): ActivityInterceptorsFactory {
  let builds = 0;
  const countBuild = (change: number) => metrics.buildsActive.set({}, (builds += change));
  countBuild(0);
  return ({ info: { activityType, attempt, retryPolicy } }) => {
    // One without a series of its own counts as `other`.
    const activity = activityType as Activity;
    const isBuild = BUILDS.has(activityType);
    const isLast = attempt >= (retryPolicy?.maximumAttempts || Infinity);
    return {
      inbound: {
        execute: async (input, next) => {
          const startedAt = performance.now();
          if (isBuild) countBuild(1);
          try {
            const result: unknown = await next(input);
            metrics.activityAttempts.add({ activity, outcome: 'ok' });
            countResult(metrics, activity, input.args[0], result, (performance.now() - startedAt) / 1_000);
            return result;
          } catch (error) {
            const outcome = outcomeOf(error, isLast);
            metrics.activityAttempts.add({ activity, outcome });
            if (isBuild && outcome === 'failed') countFailedFiles(metrics, error);
            throw error;
          } finally {
            if (isBuild) countBuild(-1);
          }
        },
      },
    };
  };
}

function outcomeOf(error: unknown, isLast: boolean) {
  if (error instanceof CancelledFailure) return 'cancelled';
  if (!(error instanceof ApplicationFailure)) return isLast ? 'failed' : 'retried';
  if (error.type === HANDED_OVER) return 'handed_over';
  return error.nonRetryable || isLast ? 'failed' : 'retried';
}

function countResult(
  metrics: ActivityMetrics,
  activity: Activity,
  input: unknown,
  result: unknown,
  seconds: number,
): void {
  if (activity === 'buildArchive') {
    const { format } = (input as BuildArchiveInput).archive;
    countBuilt(metrics, format, result as BuiltArchive);
    metrics.buildSpeed.observe({ format }, (result as BuiltArchive).bytes / seconds);
  } else if (activity === 'buildSegment') {
    metrics.buildSpeed.observe({ format: 'zip' }, (result as BuiltSegment).size / seconds);
  } else if (activity === 'finishArchive') {
    countBuilt(metrics, 'zip', result as BuiltArchive);
  } else if (activity === 'deliverCallback') {
    countDelivery(metrics, input as Callback, result as CallbackAttempt);
  } else if (activity === 'sweepArtifacts') {
    metrics.sweepBytes.add({}, (result as SweepSummary).bytesDeleted);
    metrics.sweepSucceeded.set({}, Date.now() / 1_000);
  }
}

function countBuilt(
  metrics: ActivityMetrics,
  format: ArchiveFormat,
  { size, files, skipped }: BuiltArchive,
): void {
  metrics.archiveBytes.add({ format }, size);
  metrics.files.add({ outcome: 'included' }, files);
  metrics.files.add({ outcome: 'skipped' }, skipped);
}

/** The first detail names the files at fault. */
function countFailedFiles(metrics: ActivityMetrics, error: unknown): void {
  const [detail] = error instanceof ApplicationFailure ? (error.details ?? []) : [];
  const { fileIds = [] } = (detail ?? {}) as { fileIds?: unknown[] };
  if (fileIds.length > 0) metrics.files.add({ outcome: 'failed' }, fileIds.length);
}

/** 2xx and 410 end the delivery, which the workflow reports. */
function countDelivery(metrics: ActivityMetrics, { target }: Callback, { status }: CallbackAttempt): void {
  const isFinal = status !== null && ((status >= 200 && status < 300) || status === 410);
  if (!isFinal) metrics.webhookDeliveries.add({ kind: target.kind, outcome: 'refused' });
}
