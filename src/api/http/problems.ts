import type { ErrorRequestHandler, RequestHandler, Response } from 'express';
import { type ErrorCode, ERRORS, LonghaulError } from '../../contract/errors.js';
import type { Logger } from '../../telemetry/logger.js';
import { challengeOf } from '../auth/credentials.js';
import { pathOf } from './request-path.js';

/** Seconds after which a request that was refused for our own reasons is worth repeating. */
const RETRY_AFTER_SECONDS = 5;

/** A download is built in about this time; sooner no place becomes free. */
const RETRY_AFTER_JOBS_SECONDS = 30;

/** What body-parser and the router throw, by their `type` or name. */
const FOREIGN_ERRORS: Record<string, { code: ErrorCode; message: string }> = {
  'entity.parse.failed': { code: 'INVALID_JSON', message: 'The body is not valid JSON.' },
  'entity.too.large': {
    code: 'BODY_TOO_LARGE',
    message: 'The body is larger than 1 MiB. Ask for fewer files at once.',
  },
  'encoding.unsupported': {
    code: 'UNSUPPORTED_MEDIA_TYPE',
    message: 'The content encoding is not supported.',
  },
  'charset.unsupported': { code: 'UNSUPPORTED_MEDIA_TYPE', message: 'Send the body as UTF-8.' },
  'request.size.invalid': {
    code: 'INVALID_REQUEST',
    message: 'The body is not as long as Content-Length says.',
  },
  'request.aborted': { code: 'INVALID_REQUEST', message: 'The body did not arrive whole.' },
  URIError: { code: 'ROUTE_NOT_FOUND', message: 'The path is not valid.' },
};

/** The client's fault by its status, and nothing more is known: that is how body-parser tells of corrupt gzip. */
const UNREADABLE_BODY = {
  code: 'INVALID_REQUEST',
  message: 'The body cannot be read. Is it encoded as Content-Encoding says?',
} as const;

/** Answers what no route did. */
export const routeNotFound: RequestHandler = (req, _res, next) => {
  next(new LonghaulError('ROUTE_NOT_FOUND', `There is no ${req.method} ${pathOf(req)}.`));
};

/** UserSemaphore every error into a problem document (RFC 9457). What is not ours is logged and told without its text. */
export function problems(logger: Logger): ErrorRequestHandler {
  // Express knows an error handler by its four parameters.
  return (error: unknown, req, res, _next) => {
    if (res.headersSent) {
      dropLate(error, res, logger);
      return;
    }
    const known = asKnown(error);
    if (known.code === 'INTERNAL_ERROR' || ERRORS[known.code].status === 503) {
      logger.error({ err: error, requestId: requestIdOf(res), path: pathOf(req) }, 'request failed');
    }
    if (known.code === 'UNAUTHENTICATED') res.set('WWW-Authenticate', challengeOf(req.headers));
    if (known.code === 'RATE_LIMITED' && !res.hasHeader('Retry-After')) {
      res.set('Retry-After', String(RETRY_AFTER_SECONDS));
    }
    if (known.code === 'TOO_MANY_JOBS') res.set('Retry-After', String(RETRY_AFTER_JOBS_SECONDS));
    sendProblem(res, pathOf(req), known);
  };
}

/**
 * What comes after the answer of a request that took too long, be it an answer or an error, is for the log alone. When
 * only half of an answer is out, a broken connection is the one way to say so.
 */
function dropLate(error: unknown, res: Response, logger: Logger): void {
  const message = 'late result of a request that was answered before';
  logger.warn({ err: error, requestId: requestIdOf(res) }, message);
  if (!res.writableEnded) res.destroy();
}

/** Sends a problem document; `extra` adds members of its own (RFC 9457 section 3.2). */
export function sendProblem(res: Response, path: string, error: LonghaulError, extra: object = {}): void {
  const { status } = ERRORS[error.code];
  if (status === 503) res.set('Retry-After', String(RETRY_AFTER_SECONDS));
  res
    .status(status)
    .type('application/problem+json')
    .send(problemText(path, error, requestIdOf(res), extra));
}

/** The problem document itself; `path` is undefined where there is no request that has one. */
export function problemText(
  path: string | undefined,
  error: LonghaulError,
  requestId: string,
  extra: object = {},
): string {
  const { status, title } = ERRORS[error.code];
  return JSON.stringify({
    type: `urn:longhaul:problem:${error.code}`,
    title,
    status,
    detail: error.message,
    instance: path,
    code: error.code,
    requestId,
    ...(error.errors.length > 0 ? { errors: error.errors } : {}),
    ...extra,
  });
}

/** The error that a client is told of: itself when it is one of ours, else one that tells nothing of it. */
export function asKnown(error: unknown): LonghaulError {
  if (error instanceof LonghaulError) return error;
  const { type, name, status } = error as { type?: unknown; name?: unknown; status?: unknown };
  const foreign =
    FOREIGN_ERRORS[String(type)] ??
    FOREIGN_ERRORS[String(name)] ??
    (status === 400 ? UNREADABLE_BODY : undefined);
  if (foreign) return new LonghaulError(foreign.code, foreign.message, { cause: error });
  return new LonghaulError(
    'INTERNAL_ERROR',
    'Something went wrong here. Give the request id to the operator.',
    {
      cause: error,
    },
  );
}

function requestIdOf(res: Response): string {
  return res.locals['requestId'] as string;
}
