import type { Request, Response } from 'express';
import type { NewJob } from '../../../jobs/new-job.js';
import { contextOf, deadlineOf, principalOf } from '../../http/request-context.js';
import type { JobStart, StartJob } from './start-job.js';

/** Makes the job that a request asks for, without starting it. */
export function requestedJob(startJob: StartJob, req: Request, res: Response, body: unknown): NewJob {
  return startJob.parse(body, req.get('idempotency-key'), principalOf(res).userId);
}

/**
 * Starts the job that a request asks for and sets `Idempotency-Replayed`.
 * @param options `body` and `deadline` default to those of the request.
 */
export async function startRequestedJob(
  startJob: StartJob,
  req: Request,
  res: Response,
  { body = req.body as unknown, deadline = deadlineOf(res) } = {},
): Promise<JobStart> {
  const started = await startJob.start(requestedJob(startJob, req, res, body), deadline);
  contextOf(res).jobId = started.job.jobId;
  if (started.replayed) res.set('Idempotency-Replayed', 'true');
  return started;
}

/** Sends 202 for an accepted job that has not ended, with its status URL and the time of the next poll. */
export function sendAccepted(
  res: Response,
  location: string,
  nextPollMs: number | null,
  answer: object,
): void {
  res
    .status(202)
    .set({ Location: location, 'Retry-After': retryAfter(nextPollMs) })
    .json(answer);
}

/** Formats `Retry-After` in whole seconds, at least 1. */
export function retryAfter(nextPollMs: number | null): string {
  return String(Math.max(1, Math.ceil((nextPollMs ?? 1_000) / 1_000)));
}
