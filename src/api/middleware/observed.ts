import type { Request, RequestHandler, Response } from 'express';
import type { ErrorCode } from '../../contract/errors.js';
import type { API_METRICS } from '../../telemetry/metrics/api-metrics.js';
import type { Instruments } from '../../telemetry/metrics/instruments.js';
import { contextOf } from '../http/request-context.js';

/** Metrics of requests. */
export type RequestMetrics = Pick<Instruments<typeof API_METRICS>, 'httpRequests' | 'problems' | 'rejected'>;

/** Routes whose success takes as long as the client reads. */
const STREAMED = /\/(?:stream|events)$|^\/v1\/objects\//;

const METHODS = ['GET', 'HEAD', 'POST', 'DELETE', 'OPTIONS'] as const;

/** Measures every answered request, by the pattern of its route. A client that disconnects earlier does not count. */
export function observed(metrics: RequestMetrics): RequestHandler {
  return (req, res, next) => {
    const startedAt = performance.now();
    res.once('finish', () => count(metrics, req, res, (performance.now() - startedAt) / 1_000));
    next();
  };
}

function count(
  { httpRequests, problems, rejected }: RequestMetrics,
  req: Request,
  res: Response,
  seconds: number,
) {
  const { route = 'other', held = false, problem, principal } = contextOf(res);
  if (res.statusCode >= 400 || !STREAMED.test(route)) {
    const method = METHODS.find((name) => name === req.method) ?? 'other';
    httpRequests.observe(
      { route, method, status_class: classOf(res), held: held ? 'true' : 'false' },
      seconds,
    );
  }
  if (!problem) return;
  problems.add({ code: problem });
  const reason = limitOf(problem, route, principal !== undefined);
  if (reason) rejected.add({ reason });
}

function classOf({ statusCode }: Response) {
  if (statusCode >= 500) return '5xx';
  if (statusCode >= 400) return '4xx';
  return statusCode >= 300 ? '3xx' : '2xx';
}

/** Returns the limit that refused a request; undefined for any other problem. */
function limitOf(code: ErrorCode, route: string, hasUser: boolean) {
  if (code === 'TOO_MANY_JOBS') return 'queued_jobs';
  if (code === 'OVERLOADED') return 'overload';
  if (code === 'TOO_MANY_STREAMS') return 'streams';
  if (code !== 'RATE_LIMITED') return undefined;
  if (STREAMED.test(route)) return 'streams';
  return hasUser ? 'user_rate' : 'address';
}
