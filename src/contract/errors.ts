/**
 * Every error a client can receive: as the `code` of a problem document (RFC 9457) or as `error.code` of a failed job.
 * `status` is the HTTP status of a problem document. Codes are stable, so clients may switch on them.
 * `fault` decides which failures count against the objectives of this service: `ours` includes its store, its Temporal and
 * its time limits; `theirs` is the request, its files, and servers that the application names.
 */
export const ERRORS = {
  INVALID_REQUEST: { status: 400, fault: 'theirs', title: 'The request is not valid' },
  INVALID_JSON: { status: 400, fault: 'theirs', title: 'The body is not valid JSON' },
  UNAUTHENTICATED: { status: 401, fault: 'theirs', title: 'Authentication required' },
  FORBIDDEN: { status: 403, fault: 'theirs', title: 'Access denied' },
  LINK_INVALID: { status: 403, fault: 'theirs', title: 'The link is not valid' },
  ROUTE_NOT_FOUND: { status: 404, fault: 'theirs', title: 'Route not found' },
  JOB_NOT_FOUND: { status: 404, fault: 'theirs', title: 'Job not found' },
  METHOD_NOT_ALLOWED: { status: 405, fault: 'theirs', title: 'The method is not allowed' },
  REQUEST_INCOMPLETE: { status: 408, fault: 'theirs', title: 'The body did not arrive in time' },
  JOB_NOT_READY: { status: 409, fault: 'theirs', title: 'The archive is not ready' },
  JOB_ALREADY_FINISHED: { status: 409, fault: 'theirs', title: 'The job has already ended' },
  JOB_NOT_RETRYABLE: { status: 409, fault: 'theirs', title: 'The job cannot be started again' },
  JOB_EXPIRED: { status: 410, fault: 'theirs', title: 'The archive has expired' },
  ARCHIVE_DELETED: { status: 410, fault: 'ours', title: 'No longer in the object store' },
  LINK_EXPIRED: { status: 410, fault: 'theirs', title: 'The link has expired' },
  PRECONDITION_FAILED: { status: 412, fault: 'theirs', title: 'The archive version does not match' },
  IDEMPOTENCY_KEY_REUSED: {
    status: 422,
    fault: 'theirs',
    title: 'The idempotency key was used for another request',
  },
  BODY_TOO_LARGE: { status: 413, fault: 'theirs', title: 'The body is too large' },
  FILE_LIST_TOO_LARGE: { status: 413, fault: 'theirs', title: 'The list of files is too large' },
  UNSUPPORTED_MEDIA_TYPE: { status: 415, fault: 'theirs', title: 'The content type is not supported' },
  RANGE_NOT_SATISFIABLE: { status: 416, fault: 'theirs', title: 'The range is outside the archive' },
  UPGRADE_REQUIRED: { status: 426, fault: 'theirs', title: 'A protocol upgrade is required' },
  RATE_LIMITED: { status: 429, fault: 'theirs', title: 'Too many requests' },
  TOO_MANY_JOBS: { status: 429, fault: 'theirs', title: 'Too many downloads are running or queued' },
  OVERLOADED: { status: 503, fault: 'ours', title: 'The server is overloaded' },
  // Sent by nginx while no API server answers.
  SERVER_UNAVAILABLE: { status: 503, fault: 'ours', title: 'No server answers' },
  TOO_MANY_STREAMS: { status: 503, fault: 'ours', title: 'Too many streams are open' },
  JOB_ENDING: { status: 503, fault: 'ours', title: 'The previous attempt is still being cleaned up' },
  INTERNAL_ERROR: { status: 500, fault: 'ours', title: 'Internal error' },
  AUTH_UNAVAILABLE: { status: 503, fault: 'ours', title: 'Authentication is temporarily unavailable' },
  TEMPORAL_UNAVAILABLE: { status: 503, fault: 'ours', title: 'The job service is not reachable' },
  STORAGE_UNAVAILABLE: { status: 503, fault: 'ours', title: 'The object store is not reachable' },
  STORAGE_FULL: { status: 507, fault: 'ours', title: 'The object store is out of disk space' },
  SOURCE_UNAVAILABLE: { status: 503, fault: 'theirs', title: 'The server of a file is not responding' },
  CATALOGUE_UNAVAILABLE: { status: 503, fault: 'theirs', title: 'The catalogue is not responding' },
  CATALOGUE_INVALID: { status: 502, fault: 'theirs', title: 'The catalogue response is not valid' },
  REQUEST_TIMEOUT: { status: 503, fault: 'ours', title: 'The request took too long' },

  FILE_NOT_FOUND: { status: 404, fault: 'theirs', title: 'A file does not exist' },
  FILE_CHANGED: { status: 409, fault: 'theirs', title: 'A file changed while it was read' },
  FILE_FORBIDDEN: { status: 403, fault: 'theirs', title: 'Access to a file was denied' },
  FILE_ARCHIVED: { status: 409, fault: 'theirs', title: 'A file is archived' },
  FILE_UNREADABLE: { status: 502, fault: 'theirs', title: 'A file could not be read' },
  FILE_TOO_LARGE: { status: 413, fault: 'theirs', title: 'A file is too large' },
  NO_FILES_AVAILABLE: { status: 404, fault: 'theirs', title: 'No file is available' },
  JOB_TOO_LARGE: { status: 413, fault: 'theirs', title: 'The total size of the files is too large' },
  ARCHIVE_INCOMPLETE: { status: 500, fault: 'ours', title: 'The stored archive is incomplete' },
  JOB_TIMEOUT: { status: 504, fault: 'ours', title: 'The job took too long' },
  JOB_TERMINATED: { status: 500, fault: 'ours', title: 'An operator terminated the job' },
  WORKER_LOST: { status: 503, fault: 'ours', title: 'The worker stopped responding' },
} as const;

export type ErrorCode = keyof typeof ERRORS;

/** Narrows an untrusted value, for example one read from a workflow history, to an error code. */
export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === 'string' && Object.hasOwn(ERRORS, value);
}

/** One invalid field of a request. `path` is dotted, with indexes: `files.3.name`. */
export interface InputError {
  path: string;
  message: string;
}

/**
 * An error that users read. The message says what happened, to which file or job, and what to do next.
 * Buckets, keys, hosts and secrets never go into the message, only into `cause`.
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

  /** The invalid fields of a request; empty for every other error. */
  readonly errors: readonly InputError[];
}

/** Returns the code of a LonghaulError, and undefined for every other error. */
export function errorCodeOf(error: unknown): ErrorCode | undefined {
  return error instanceof LonghaulError ? error.code : undefined;
}

/**
 * The same error for a job that never existed, was deleted, has a malformed id, or belongs to another user, otherwise
 * job ids could be probed.
 */
export function jobNotFound(cause?: unknown): LonghaulError {
  return new LonghaulError('JOB_NOT_FOUND', 'There is no job with this id. Start the download again.', {
    cause,
  });
}
