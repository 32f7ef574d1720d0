import { type Client, isGrpcServiceError, ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { jobNotFound, LonghaulError } from '../contract/errors.js';
import { DeadlineExceeded, within } from '../concurrency/deadline.js';

/**
 * Runs a call under a deadline; its errors become ours. The client is told the deadline, and held to it besides: it
 * sleeps between its own retries without looking at the clock.
 * @throws LonghaulError JOB_NOT_FOUND, TEMPORAL_UNAVAILABLE; what says something else of the job is thrown as it is.
 */
export async function callTemporal<T>(client: Client, deadlineMs: number, run: () => Promise<T>): Promise<T> {
  try {
    return await within(deadlineMs, client.withDeadline(Date.now() + deadlineMs, run));
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) throw jobNotFound(error);
    if (!isUnanswered(error)) throw error;
    const message = 'The job service does not answer. Try again in a moment.';
    throw new LonghaulError('TEMPORAL_UNAVAILABLE', message, { cause: error });
  }
}

function isUnanswered(error: unknown): boolean {
  if (error instanceof DeadlineExceeded || isGrpcServiceError(error)) return true;
  return error instanceof ServiceError && isGrpcServiceError(error.cause);
}
