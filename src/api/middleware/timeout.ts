import type { RequestHandler } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import { waitOf } from '../wait-preference.js';

/** Answers 503 when a request was not answered within `ms`. What it started goes on; its answer is dropped. */
export function timeout(ms: number): RequestHandler {
  return (_req, res, next) => {
    const timer = setTimeout(() => {
      if (res.headersSent) return;
      next(
        new LonghaulError(
          'REQUEST_TIMEOUT',
          `The request was not answered within ${ms} ms. Try again in a moment.`,
        ),
      );
    }, ms);
    res.once('close', () => clearTimeout(timer));
    next();
  };
}

/** As `timeout`, and besides as long as the client asks its answer to be held. */
export function patientTimeout(ms: number): RequestHandler {
  return (req, res, next) => {
    void timeout(ms + waitOf(req).ms)(req, res, next);
  };
}
