import type { RequestHandler } from 'express';
import { parseTraceparent } from '../../contract/tracing.js';
import type { Tracing } from '../../telemetry/tracing/tracing.js';
import { contextOf } from '../http/request-context.js';
import { pathOf } from '../http/request-path.js';

/** Records requests as spans. Reads begin no trace, because clients poll. */
export function traced(tracing: Tracing): RequestHandler {
  return (req, res, next) => {
    const caller = parseTraceparent(req.headers['traceparent']);
    const { parent, sampled } = tracing.admit(caller, req.method === 'POST' || req.method === 'DELETE');
    const path = pathOf(req);
    const span = tracing.start(req.method, sampled, { kind: 'server', ...(parent && { parent }) });
    if (sampled) {
      res.once('close', () => {
        const { route, requestId, jobId, problem, principal } = contextOf(res);
        span.rename(`${req.method} ${route ?? 'other'}`);
        span.set({
          'longhaul.job.id': jobId,
          'longhaul.request.id': requestId,
          'http.request.method': req.method,
          'http.route': route,
          'url.path': path,
          'http.response.status_code': res.statusCode,
          'user.id': principal?.userId,
        });
        span.end(problem);
      });
    }
    tracing.within(span, next);
  };
}
