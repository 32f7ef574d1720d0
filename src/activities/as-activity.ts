import { setMaxListeners } from 'node:events';
import { activityInfo, ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { jittered } from '../concurrency/jitter.js';
import { runAs } from '../concurrency/work-owner.js';
import { HANDED_OVER } from '../contract/activities.js';
import { type ErrorCode, LonghaulError } from '../contract/errors.js';
import { FileError } from '../contract/file-error.js';
import { FILE_FAULTS } from '../contract/file-faults.js';
import type { FileId } from '../contract/files.js';
import { jobIdOf } from '../contract/names.js';
import type { Logger } from '../telemetry/logger.js';
import { FileLostError } from './build/file-lost.js';

/** Context of one activity attempt. */
export interface ActivityContext {
  /** Run id of the workflow; a restarted job has a new one. */
  runId: string;
  /** Identifies the activity within the run; the same for all attempts. */
  activityId: string;
  /** 1 for the first attempt. */
  attempt: number;
  /** True when a failure of this attempt is final. */
  isLastAttempt: boolean;
  /** Aborts when the job is cancelled, the activity timed out, or the worker shuts down. */
  signal: AbortSignal;
  /** Details of the last heartbeat of the previous attempt. */
  lastHeartbeat: unknown;
  /** Sets the callback whose result is sent with every heartbeat and with a handover. */
  reportProgress(details: () => unknown): void;
  logger: Logger;
}

const HEARTBEAT_INTERVAL_MS = 1_000;

/** Errors that a retry cannot fix. */
const PERMANENT: ReadonlySet<ErrorCode> = new Set([
  ...FILE_FAULTS,
  'NO_FILES_AVAILABLE',
  'JOB_TOO_LARGE',
  'CATALOGUE_INVALID',
  // An operator must free space, and each retry would write the archive once more.
  'STORAGE_FULL',
  // Fixed only by a new build, which the workflow starts.
  'ARCHIVE_INCOMPLETE',
]);

/**
 * Wraps a function as an activity. It sends heartbeats while the function runs, so that Temporal detects a dead worker
 * and delivers cancellations. It converts errors to failures that the workflow and the Web UI understand.
 */
export function asActivity<D extends { logger: Logger }, I, R>(
  deps: D,
  work: (deps: D, input: I, context: ActivityContext) => Promise<R>,
): (input: I) => Promise<R> {
  return async (input) => {
    const temporal = Context.current();
    const context = activityContext(deps.logger);
    let details: () => unknown = () => context.lastHeartbeat ?? null;
    const timer = setInterval(() => temporal.heartbeat(details()), HEARTBEAT_INTERVAL_MS);
    const reportProgress = (next: () => unknown) => void (details = next);
    try {
      return await runAs(workflowIdOf(), () => work(deps, input, { ...context, reportProgress }));
    } catch (error) {
      throw asFailure(error, details(), context);
    } finally {
      clearInterval(timer);
    }
  };
}

function activityContext(logger: Logger): Omit<ActivityContext, 'reportProgress'> {
  const { activityId, attempt, retryPolicy, heartbeatDetails, workflowExecution, activityType } =
    activityInfo();
  const maxAttempts = retryPolicy?.maximumAttempts;
  const signal = Context.current().cancellationSignal;
  // Every pending request adds a listener, and Node warns about more than ten.
  setMaxListeners(0, signal);
  return {
    runId: workflowExecution?.runId ?? '',
    activityId,
    attempt,
    isLastAttempt: Boolean(maxAttempts) && attempt >= maxAttempts!,
    signal,
    lastHeartbeat: heartbeatDetails,
    logger: logger.child({
      workflowId: workflowExecution?.workflowId,
      jobId: jobIdOf(workflowExecution?.workflowId),
      runId: workflowExecution?.runId,
      activity: activityType,
      attempt,
    }),
  };
}

function asFailure(
  error: unknown,
  details: unknown,
  { signal, attempt, logger }: Omit<ActivityContext, 'reportProgress'>,
) {
  if (signal.aborted) return asCancellation(signal.reason, details);
  if (error instanceof ApplicationFailure) {
    logger.error({ err: error }, error.message);
    return error;
  }
  const known = error instanceof LonghaulError ? error : undefined;
  const code = known?.code ?? 'INTERNAL_ERROR';
  logger.warn({ err: error, code, attempt }, 'activity failed');
  return ApplicationFailure.create({
    type: code,
    message: known?.message ?? 'Internal error in the worker. Its log has the details.',
    nonRetryable: PERMANENT.has(code),
    ...nextRetry(),
    // The first detail is for operators and names the file at fault. The second is the progress, because workflows cannot read heartbeats.
    details: [
      { cause: causeOf(known ? known.cause : error), attempt, ...subjectOf(error) },
      ...(details === null ? [] : [details]),
    ],
  });
}

/** Returns the file that an error is about, if any. */
function subjectOf(error: unknown): { fileIds?: FileId[] } {
  if (error instanceof FileLostError) return { fileIds: [error.missing.fileId] };
  return error instanceof FileError && error.fileId !== undefined ? { fileIds: [error.fileId] } : {};
}

/** Returns the workflow that this activity works for; requests to stores are shared fairly among workflows. */
function workflowIdOf(): string {
  return activityInfo().workflowExecution?.workflowId ?? '';
}

/** Returns the delay of the retry policy before the next attempt, with jitter, which Temporal does not add. */
function nextRetry(): { nextRetryDelay?: number } {
  const { retryPolicy, attempt } = activityInfo();
  if (retryPolicy?.initialInterval === undefined) return {};
  // The SDK passes all intervals in milliseconds.
  const { initialInterval, backoffCoefficient = 2, maximumInterval = Infinity } = retryPolicy;
  const scheduled = Number(initialInterval) * backoffCoefficient ** (attempt - 1);
  return { nextRetryDelay: jittered(Math.min(scheduled, Number(maximumInterval))) };
}

/** A shutting-down worker hands its work over; every other reason confirms a cancellation. */
function asCancellation(reason: unknown, details: unknown) {
  if (reason instanceof CancelledFailure && reason.message === 'WORKER_SHUTDOWN') {
    return ApplicationFailure.create({
      type: HANDED_OVER,
      message: 'The worker is shutting down. Another one takes over.',
      nonRetryable: true,
      details: [details],
    });
  }
  // The confirmation carries the progress, because workflows cannot read heartbeats.
  return reason instanceof CancelledFailure ? new CancelledFailure(reason.message, [details]) : reason;
}

/** Returns the name and code of the cause, for operators. Its message may contain hosts, keys or signed links. */
function causeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const code = (error as NodeJS.ErrnoException).code;
  return code ? `${error.name} ${code}` : error.name;
}
