import type { RequestHandler, Response } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import { pathOf } from '../http/request-path.js';
import { sendProblem } from '../http/problems.js';
import { preferredWait } from '../http/prefer-wait.js';

/** Share of a request's time that its own calls may use up, so that their failure is still answered in time. */
const CALLS_SHARE = 0.8;

/**
 * Answers 503 when a request was not answered within `ms`. Its deadline is before that: a client that was told to try
 * again must not find later that the first try was carried out after all.
 */
export function timeout(ms: number): RequestHandler {
  return (req, res, next) => {
    res.locals['deadline'] = Date.now() + ms * CALLS_SHARE;
    // Answered here: who calls `next` for a handler that still runs sends that one's own errors past all of ours.
    const timer = setTimeout(() => {
      if (res.headersSent) return;
      const message = `The request was not answered within ${ms} ms. Try again in a moment.`;
      sendProblem(res, pathOf(req), new LonghaulError('REQUEST_TIMEOUT', message));
    }, ms);
    res.once('close', () => clearTimeout(timer));
    next();
  };
}

/** After this nothing may be begun on behalf of a request that went through `timeout`; milliseconds since the epoch. */
export function deadlineOf(res: Response): number {
  const deadline = res.locals['deadline'] as number | undefined;
  if (deadline === undefined) throw new Error('This route has no timeout');
  return deadline;
}

/** As `timeout`, and besides as long as the client asks its answer to be held. */
export function patientTimeout(ms: number): RequestHandler {
  return (req, res, next) => {
    void timeout(ms + preferredWait(req).ms)(req, res, next);
  };
}
