import type { RequestHandler } from 'express';
import type { Logger } from '../../telemetry/logger.js';
import { contextOf } from '../http/request-context.js';
import { pathOf } from '../http/request-path.js';

const READS = new Set(['GET', 'HEAD', 'OPTIONS']);

/** Logs every response: changes and errors as `info`, polls and other reads as `debug`. */
export function requestLog(logger: Logger): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now();
    const path = pathOf(req);
    res.once('close', () => {
      const { requestId, principal, jobId, problem } = contextOf(res);
      const level = READS.has(req.method) && res.statusCode < 400 ? 'debug' : 'info';
      logger[level](
        {
          requestId,
          jobId,
          userId: principal?.userId,
          method: req.method,
          path,
          status: res.statusCode,
          code: problem,
          durationMs: Math.round(performance.now() - startedAt),
        },
        res.writableFinished ? 'request' : 'request cut off',
      );
    });
    next();
  };
}
