import type { DownloadStatus, ErrorCode as ApiErrorCode } from './api.js';

/** A code of the API, or one of the client: no answer, no answer in time, an answer that is not Longhaul's. */
export type ErrorCode = ApiErrorCode | 'NETWORK' | 'TIMEOUT' | 'BAD_ANSWER';

/** One invalid field of a request. `path` is dotted, with indexes: `fileIds.3`. */
export interface InputError {
  path: string;
  message: string;
}

/** Details of a failure. Absent ones are unknown. */
export interface FailureDetails {
  status?: number | null | undefined;
  requestId?: string | null | undefined;
  retryAfterMs?: number | null | undefined;
  errors?: readonly InputError[] | undefined;
  job?: DownloadStatus | undefined;
  cause?: unknown;
}

/** Every failure of the client. The message says what happened and what to do. An aborted signal throws its own reason. */
export class LonghaulError extends Error {
  override readonly name = 'LonghaulError';
  /** HTTP status; null without an answer. */
  declare readonly status: number | null;
  /** Identifies the request in the logs of the server. */
  declare readonly requestId: string | null;
  /** Milliseconds to wait before the next try, as the server told; null if it did not. */
  declare readonly retryAfterMs: number | null;
  /** The invalid fields of a request; empty for every other failure. */
  declare readonly errors: readonly InputError[];
  /** The job that the request is about, for answers that contain it. */
  declare readonly job: DownloadStatus | undefined;

  constructor(
    readonly code: ErrorCode,
    message: string,
    details: FailureDetails = {},
  ) {
    const { status = null, requestId = null, retryAfterMs = null, errors = [], job } = details;
    super(message, details);
    Object.assign(this, { status, requestId, retryAfterMs, errors, job });
  }

  /** True for a fault that passes: no answer, a proxy without its server, a limit on requests, a restart. */
  get passing(): boolean {
    return this.code !== 'TOO_MANY_JOBS' && PASSING.test(`${this.status ?? this.code}`);
  }
}

/** 423 is the 429 of services before this one. 520 and above are Cloudflare's. */
const PASSING = /^(NETWORK|TIMEOUT|408|42[359]|50[234]|52[0-4])$/;

/** Returns any thrown value as a LonghaulError. */
export function asFailure(error: unknown): LonghaulError {
  return error instanceof LonghaulError
    ? error
    : new LonghaulError('BAD_ANSWER', textOf(error), { cause: error });
}

/** The message of any thrown value. */
export function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
