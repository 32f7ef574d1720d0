import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { type ErrorCode, ERRORS, LonghaulError } from '../../contract/errors.js';
import type { Logger } from '../../telemetry/logger.js';
import { challengeOf } from '../auth/credentials.js';
import { contextOf, requestIdOf } from './request-context.js';
import { pathOf } from './request-path.js';

/** `Retry-After` of a 503, and of a 429 that sets none itself. */
const RETRY_AFTER_SECONDS = 5;

/** `Retry-After` of TOO_MANY_JOBS: a typical download takes about this long, and none frees its place sooner. */
const RETRY_AFTER_JOBS_SECONDS = 30;

/** Errors of body-parser and of the router, by their `type` or name. */
const FOREIGN_ERRORS: Record<string, { code: ErrorCode; message: string }> = {
  'entity.parse.failed': { code: 'INVALID_JSON', message: 'The body is not valid JSON.' },
  'entity.too.large': {
    code: 'BODY_TOO_LARGE',
    message: 'The body is larger than 8 MiB. Use shorter names, or start several downloads.',
  },
  'encoding.unsupported': {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'The Content-Encoding is not supported. Send gzip, deflate, br or none.',
  },
  'request.size.invalid': {
    code: 'INVALID_REQUEST',
    message: 'The length of the body differs from Content-Length.',
  },
  'request.aborted': { code: 'INVALID_REQUEST', message: 'The body ended early. Send the request again.' },
  URIError: { code: 'ROUTE_NOT_FOUND', message: 'The path has invalid percent-encoding.' },
};

/** Any other 400 of body-parser: it reports corrupt gzip by the status only. */
const UNREADABLE_BODY = {
  code: 'INVALID_REQUEST',
  message: 'The body cannot be decoded. Check that it matches Content-Encoding.',
} as const;

/** Responds to requests that match no route. */
export const routeNotFound: RequestHandler = (req, _res, next) => {
  next(new LonghaulError('ROUTE_NOT_FOUND', `There is no route ${req.method} ${pathOf(req)}.`));
};

/** Sends every error as a problem document (RFC 9457). Unknown errors are logged and hide their text from the client. */
export function problems(logger: Logger): ErrorRequestHandler {
  // Express recognizes an error handler by its four parameters.
  return (error: unknown, req, res, _next) => {
    if (res.headersSent) {
      dropLateResult(error, res, logger);
      return;
    }
    const problem = asLonghaulError(error);
    // An overloaded server must not also write a stack for each request; the request line has the code.
    const isLogged = problem.code !== 'OVERLOADED' && ERRORS[problem.code].status === 503;
    if (problem.code === 'INTERNAL_ERROR' || isLogged) {
      logger.error({ err: error, requestId: requestIdOf(res), path: pathOf(req) }, 'request failed');
    }
    if (problem.code === 'UNAUTHENTICATED') res.set('WWW-Authenticate', challengeOf(req.headers));
    if (problem.code === 'RATE_LIMITED') {
      res.set('Retry-After', spread(Number(res.get('Retry-After') ?? RETRY_AFTER_SECONDS)));
    }
    if (problem.code === 'TOO_MANY_JOBS') res.set('Retry-After', spread(RETRY_AFTER_JOBS_SECONDS));
    sendProblem(res, pathOf(req), problem);
  };
}

/** Logs a result or error that comes after the response. Destroys the connection if only part of the response was sent. */
function dropLateResult(error: unknown, res: Response, logger: Logger): void {
  logger.warn({ err: error, requestId: requestIdOf(res) }, 'handler finished after the response was sent');
  if (!res.writableEnded) res.destroy();
}

/** Sends a problem document. `extra` adds extension members (RFC 9457 section 3.2). */
export function sendProblem(res: Response, path: string, error: LonghaulError, extra: object = {}): void {
  const { status, title } = ERRORS[error.code];
  contextOf(res).problem = error.code;
  if (status === 503) res.set('Retry-After', spread(RETRY_AFTER_SECONDS));
  // The rest of the body would hold the connection.
  if (status === 408) res.set('Connection', 'close');
  const problem = {
    type: `urn:longhaul:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    instance: path,
    code: error.code,
    requestId: requestIdOf(res),
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
    ...extra,
  };
  res.status(status).type('application/problem+json').send(JSON.stringify(problem));
}

/** Spreads retries over half as much again, otherwise clients that were refused together return together. */
function spread(seconds: number): string {
  return String(Math.ceil(seconds * (1 + Math.random() / 2)));
}

/** Maps any error to a LonghaulError. An unknown error becomes INTERNAL_ERROR without its text. */
function asLonghaulError(error: unknown): LonghaulError {
  if (error instanceof LonghaulError) return error;
  const { type, name, status } = error as { type?: unknown; name?: unknown; status?: unknown };
  const foreign =
    FOREIGN_ERRORS[String(type)] ??
    FOREIGN_ERRORS[String(name)] ??
    (status === 400 ? UNREADABLE_BODY : undefined);
  if (foreign) return new LonghaulError(foreign.code, foreign.message, { cause: error });
  const message = 'An unexpected error occurred. Report the request id to the operator.';
  return new LonghaulError('INTERNAL_ERROR', message, { cause: error });
}
