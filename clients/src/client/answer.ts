import type { DownloadStatus } from './api.js';
import { attempt } from './attempt.js';
import { type ErrorCode, type InputError, LonghaulError } from './errors.js';

/** Timers take no waits of more than 24 days. */
const MAX_RETRY_AFTER_MS = 86_400_000;

/** A problem document (RFC 9457) of the API. */
interface Problem {
  /** Absent in an answer of another server. */
  code?: ErrorCode;
  title?: string;
  detail?: string;
  requestId?: string;
  errors?: InputError[];
  job?: DownloadStatus;
}

/**
 * Reads the JSON of an answer.
 * @throws LonghaulError for a problem document, BAD_ANSWER for an answer that is not Longhaul's, and NETWORK if the
 * connection was cut within the body.
 */
export async function jsonOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  const body = attempt(() => JSON.parse(text) as unknown);
  if (response.ok && typeof body === 'object' && body !== null) return body as T;
  // Without a length, a body that was cut ends like a complete one.
  const isCut = response.ok && body === undefined && isJson(response);
  if (isCut) throw new LonghaulError('NETWORK', 'The answer was cut. Try again.');
  throw failureOf(response, body);
}

/** The failure that an answer reports. */
function failureOf(response: Response, body: unknown): LonghaulError {
  const { status } = response;
  const retryAfterMs = retryAfterOf(response.headers);
  const { code, title, detail, ...rest } = (body ?? {}) as Problem;
  if (typeof code === 'string') {
    return new LonghaulError(code, detail ?? title ?? code, { ...rest, status, retryAfterMs });
  }
  const message = `The answer is not one of Longhaul (status ${status}). Check the address.`;
  return new LonghaulError('BAD_ANSWER', message, { status: status || null, retryAfterMs });
}

/** Reads `Retry-After`, in seconds or as a date (RFC 9110 section 10.2.3). Null without a valid one. */
export function retryAfterOf(headers: Headers): number | null {
  const value = `${headers.get('retry-after')}`;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - Date.now();
  return Number.isNaN(ms) ? null : Math.min(Math.max(0, ms), MAX_RETRY_AFTER_MS);
}

function isJson({ headers }: Response): boolean {
  return /\bjson\b/i.test(`${headers.get('content-type')}`);
}
