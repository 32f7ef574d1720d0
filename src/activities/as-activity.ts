import { setMaxListeners } from 'node:events';
import { activityInfo, ApplicationFailure, CancelledFailure, Context } from '@temporalio/activity';
import { HANDED_OVER } from '../contract/activities.js';
import { type ErrorCode, LonghaulError } from '../contract/errors.js';
import type { Logger } from '../telemetry/logger.js';

/** What an activity function is given beside its input. */
export interface ActivityContext {
  /** Of the workflow; a job that is started again has another one. */
  runId: string;
  /** Of the activity within the run; all its attempts share it. */
  activityId: string;
  /** 1 for the first attempt. */
  attempt: number;
  /** What fails now fails for good. */
  isLastAttempt: boolean;
  /** Aborts when the job is cancelled, the activity timed out, or the worker shuts down. */
  signal: AbortSignal;
  /** Details of the last heartbeat of the attempt before. */
  lastHeartbeat: unknown;
  /** From now on every heartbeat, and a hand-over, carries what `details` returns. */
  reportProgress(details: () => unknown): void;
  logger: Logger;
}

const HEARTBEAT_INTERVAL_MS = 1_000;

/** What trying again cannot mend. */
const PERMANENT: ReadonlySet<ErrorCode> = new Set([
  'FILE_NOT_FOUND',
  'FILE_FORBIDDEN',
  'FILE_CHANGED',
  'FILE_TOO_LARGE',
  'FILE_UNREADABLE',
  'NO_FILES_AVAILABLE',
  'JOB_TOO_LARGE',
  'CATALOGUE_INVALID',
  // Mended by building anew, which the workflow decides.
  'ARCHIVE_INCOMPLETE',
]);

/**
 * Makes a plain function an activity: it heartbeats while the function runs, so that a dead worker is markChanged and a
 * cancellation arrives, and its errors become failures that workflow and Web UI understand.
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
      return await work(deps, input, { ...context, reportProgress });
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
  // Every request under way listens to it; Node takes more than ten for a leak and warns.
  setMaxListeners(0, signal);
  return {
    runId: workflowExecution?.runId ?? '',
    activityId,
    attempt,
    isLastAttempt: Boolean(maxAttempts) && attempt >= maxAttempts!,
    signal,
    lastHeartbeat: heartbeatDetails,
    logger: logger.child({ workflowId: workflowExecution?.workflowId, activity: activityType, attempt }),
  };
}

function asFailure(
  error: unknown,
  details: unknown,
  { signal, attempt, logger }: Omit<ActivityContext, 'reportProgress'>,
) {
  if (signal.aborted) return asCancellation(signal.reason, details);
  const known = error instanceof LonghaulError ? error : undefined;
  const code = known?.code ?? 'INTERNAL_ERROR';
  logger.warn({ err: error, code, attempt }, 'activity failed');
  return ApplicationFailure.create({
    type: code,
    message: known?.message ?? 'Something went wrong in the worker; its log has the details.',
    nonRetryable: PERMANENT.has(code),
    // The first for operators; the second, how far it came, for the workflow, which no heartbeat reaches.
    details: [
      { cause: causeOf(known ? known.cause : error), attempt },
      ...(details === null ? [] : [details]),
    ],
  });
}

/** A worker that shuts down hands its work over; every other reason confirms a cancellation. */
function asCancellation(reason: unknown, details: unknown) {
  if (reason instanceof CancelledFailure && reason.message === 'WORKER_SHUTDOWN') {
    return ApplicationFailure.create({
      type: HANDED_OVER,
      message: 'The worker shuts down; another one takes over.',
      nonRetryable: true,
      details: [details],
    });
  }
  // The workflow sees no heartbeat: how far it came stands in the confirmation.
  return reason instanceof CancelledFailure ? new CancelledFailure(reason.message, [details]) : reason;
}

/** The kind of the underlying error, for operators. Not its text, which may name hosts, keys or signed links. */
function causeOf(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  const code = (error as NodeJS.ErrnoException).code;
  return code ? `${error.name} ${code}` : error.name;
}
