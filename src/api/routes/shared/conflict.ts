import type { Request, Response } from 'express';
import type { LonghaulError } from '../../../contract/errors.js';
import type { DownloadStatus } from '../../../contract/http/answers.js';
import { sendProblem } from '../../http/problems.js';
import { pathOf } from '../../http/request-path.js';
import { retryAfter } from './start-request.js';

/** Sends a 409 with the status that is in the way as `job`, so that the client can follow it. */
export function sendConflict(req: Request, res: Response, error: LonghaulError, job: DownloadStatus): void {
  if (job.nextPollInMs) res.set('Retry-After', retryAfter(job.nextPollInMs));
  sendProblem(res, pathOf(req), error, { job });
}
