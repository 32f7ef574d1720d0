import { type Client, isGrpcServiceError, ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { DeadlineExceeded, within } from '../concurrency/deadline.js';
import { errorCodeOf, jobNotFound, LonghaulError } from '../contract/errors.js';

/**
 * Runs a call to Temporal under a deadline and maps its errors. Races the call as well as passing the deadline on,
 * because the client sleeps between its own retries without checking the clock.
 * @throws LonghaulError JOB_NOT_FOUND, TEMPORAL_UNAVAILABLE; any other error is thrown as it is.
 */
export async function callTemporal<T>(client: Client, deadlineMs: number, run: () => Promise<T>): Promise<T> {
  try {
    return await within(deadlineMs, client.withDeadline(Date.now() + deadlineMs, run));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw jobNotFound(error);
    if (!isUnanswered(error)) throw error;
    const message = 'The job service is not responding. Try again in a moment.';
    throw new LonghaulError('TEMPORAL_UNAVAILABLE', message, { cause: error });
  }
}

/** Turns JOB_NOT_FOUND into undefined, for a `catch`; rethrows any other error. */
export function ignoreNotFound(error: unknown): undefined {
  if (errorCodeOf(error) !== 'JOB_NOT_FOUND') throw error;
}

function isUnanswered(error: unknown): boolean {
  if (error instanceof DeadlineExceeded || isGrpcServiceError(error)) return true;
  return error instanceof ServiceError && isGrpcServiceError(error.cause);
}
