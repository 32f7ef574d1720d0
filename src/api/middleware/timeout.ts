import type { RequestHandler } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import { preferredWait } from '../http/prefer-wait.js';
import { sendProblem } from '../http/problems.js';
import { contextOf } from '../http/request-context.js';
import { pathOf } from '../http/request-path.js';

/** Share of the timeout that a handler's own calls may use. The rest is for reporting their failure in time. */
const DEADLINE_SHARE = 0.8;

/**
 * Responds 503 when a request takes longer than `ms`. Its deadline is earlier, otherwise a client that was asked to retry
 * could find that the first attempt succeeded after all.
 */
export function timeout(ms: number): RequestHandler {
  return (req, res, next) => {
    contextOf(res).deadline = Date.now() + ms * DEADLINE_SHARE;
    // Respond directly: after next(error), a later error of the running handler would bypass our error handler.
    const timer = setTimeout(() => {
      if (res.headersSent) return;
      const message = `The request took longer than ${ms} ms. Try again in a moment.`;
      sendProblem(res, pathOf(req), new LonghaulError('REQUEST_TIMEOUT', message));
    }, ms);
    res.once('close', () => clearTimeout(timer));
    next();
  };
}

/** Like `timeout`, plus the time for which the client asks to hold the response. */
export function patientTimeout(ms: number): RequestHandler {
  return (req, res, next) => {
    const wait = preferredWait(req).ms;
    if (wait > 0) contextOf(res).held = true;
    void timeout(ms + wait)(req, res, next);
  };
}
