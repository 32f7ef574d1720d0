/**
 * One table of every error a client can meet: as the `code` of a problem document (RFC 9457) or as
 * `error.code` of a failed job. `status` is the HTTP status when the code answers a request.
 * Codes are stable; a client may switch on them.
 */
export const ERRORS = {
  INVALID_REQUEST: { status: 400, title: 'The request is not valid' },
  INVALID_JSON: { status: 400, title: 'The body is not valid JSON' },
  UNAUTHENTICATED: { status: 401, title: 'Nobody is authenticated' },
  FORBIDDEN: { status: 403, title: 'This is not for this user' },
  LINK_INVALID: { status: 403, title: 'The link is not valid' },
  ROUTE_NOT_FOUND: { status: 404, title: 'There is no such route' },
  JOB_NOT_FOUND: { status: 404, title: 'There is no such job' },
  METHOD_NOT_ALLOWED: { status: 405, title: 'The method is not allowed here' },
  REQUEST_INCOMPLETE: { status: 408, title: 'The request did not arrive in time' },
  JOB_NOT_READY: { status: 409, title: 'The archive is not ready' },
  JOB_ALREADY_FINISHED: { status: 409, title: 'The job has already ended' },
  JOB_NOT_RETRYABLE: { status: 409, title: 'The job cannot be started again' },
  JOB_EXPIRED: { status: 410, title: 'The archive has expired' },
  LINK_EXPIRED: { status: 410, title: 'The link has run out' },
  PRECONDITION_FAILED: { status: 412, title: 'The archive is another version' },
  IDEMPOTENCY_KEY_REUSED: { status: 422, title: 'The key belongs to another request' },
  BODY_TOO_LARGE: { status: 413, title: 'The body is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, title: 'The content type is not supported' },
  RANGE_NOT_SATISFIABLE: { status: 416, title: 'The range lies outside the archive' },
  UPGRADE_REQUIRED: { status: 426, title: 'Another protocol is needed here' },
  RATE_LIMITED: { status: 429, title: 'Too many requests' },
  TOO_MANY_JOBS: { status: 429, title: 'Too many jobs are waiting' },
  HEADERS_TOO_LARGE: { status: 431, title: 'The headers are too large' },
  TOO_MANY_STREAMS: { status: 503, title: 'Too many streams are open here' },
  JOB_ENDING: { status: 503, title: 'The job before is still being cleaned up after' },
  INTERNAL_ERROR: { status: 500, title: 'Something went wrong here' },
  AUTH_UNAVAILABLE: { status: 503, title: 'Identities cannot be checked now' },
  TEMPORAL_UNAVAILABLE: { status: 503, title: 'The job service is not reachable' },
  STORAGE_UNAVAILABLE: { status: 503, title: 'The object store is not reachable' },
  SOURCE_UNAVAILABLE: { status: 503, title: 'The server of a file is not reachable' },
  CATALOGUE_UNAVAILABLE: { status: 503, title: 'The catalogue is not reachable' },
  CATALOGUE_INVALID: { status: 502, title: 'The catalogue gives no usable answer' },
  REQUEST_TIMEOUT: { status: 503, title: 'The request took too long' },

  FILE_NOT_FOUND: { status: 404, title: 'A file does not exist' },
  FILE_CHANGED: { status: 409, title: 'A file changed while it was read' },
  FILE_FORBIDDEN: { status: 403, title: 'A file may not be read' },
  FILE_UNREADABLE: { status: 502, title: 'A file could not be read' },
  FILE_TOO_LARGE: { status: 413, title: 'A file is too large' },
  NO_FILES_AVAILABLE: { status: 404, title: 'None of the files is available' },
  JOB_TOO_LARGE: { status: 413, title: 'The files are too large together' },
  ARCHIVE_INCOMPLETE: { status: 500, title: 'The stored archive is not what was sent' },
  JOB_TIMEOUT: { status: 504, title: 'The job took too long' },
  JOB_TERMINATED: { status: 500, title: 'An operator ended the job' },
  WORKER_LOST: { status: 503, title: 'The worker stopped answering' },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** True for a value that names a row of the table: what came over the wire may be anything. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERRORS, value);
}

/** Where in the input something is wrong. `path` is dotted, with indexes: `files.3.name`. */
export interface InputError {
  path: string;
  message: string;
}

/**
 * An error a person may read: its message says what happened, to which file or job, and what to do.
 * Never put a bucket, key, host or secret into the message; those belong into `cause`.
 */
export class LonghaulError extends Error {
  override readonly name: string = 'LonghaulError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { cause?: unknown; errors?: InputError[] } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.errors = options.errors ?? [];
  }

  /** The single faults of a bad input; empty for every other error. */
  readonly errors: readonly InputError[];
}

/** The code of any error: its own when it is one of ours, else undefined. */
export function errorCodeOf(error: unknown): ErrorCode | undefined {
  return error instanceof LonghaulError ? error.code : undefined;
}

/** One text for a job that never was, is gone, has a malformed id, or belongs to somebody else. */
export function jobNotFound(cause?: unknown): LonghaulError {
  return new LonghaulError('JOB_NOT_FOUND', 'There is no job with this id. Start the download again.', {
    cause,
  });
}
