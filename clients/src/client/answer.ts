import type { DownloadStatus } from './api.js';
import { type ErrorCode, type InputError, LonghaulError } from './errors.js';

/** A problem document (RFC 9457) of the API. */
interface Problem {
  code: ErrorCode;
  title?: string;
  detail?: string;
  requestId?: string;
  errors?: InputError[];
  job?: DownloadStatus;
}

/**
 * Reads the JSON of an answer.
 * @throws LonghaulError for a problem document, and BAD_ANSWER for an answer that is not Longhaul's.
 */
export async function jsonOf<T>(response: Response): Promise<T> {
  const text = await response.text();
  const body = parsed(text);
  if (response.ok && body !== undefined) return body as T;
  throw failureOf(response, body);
}

/** The failure that an answer reports. */
function failureOf(response: Response, body: unknown): LonghaulError {
  const { status } = response;
  const retryAfterMs = retryAfterOf(response.headers);
  if (isProblem(body)) {
    const { code, title, detail, requestId, errors, job } = body;
    const details = { status, retryAfterMs, requestId: requestId ?? null, errors: errors ?? [], job };
    return new LonghaulError(code, detail ?? title ?? code, details);
  }
  const what = isRedirect(response) ? 'a redirect' : `status ${status} and no answer of Longhaul`;
  return new LonghaulError('BAD_ANSWER', `The server responded with ${what}. Check its address.`, {
    status: status || null,
    retryAfterMs,
  });
}

/** Reads `Retry-After`, in seconds or as a date (RFC 9110 section 10.2.3). Null without a valid one. */
export function retryAfterOf(headers: Headers, now = Date.now()): number | null {
  const value = headers.get('retry-after')?.trim();
  if (!value) return null;
  const ms = /^\d+$/.test(value) ? Number(value) * 1_000 : Date.parse(value) - now;
  return Number.isNaN(ms) ? null : Math.max(0, ms);
}

function isProblem(body: unknown): body is Problem {
  return typeof body === 'object' && body !== null && 'code' in body && typeof body.code === 'string';
}

function isRedirect({ type, status }: Response): boolean {
  return type === 'opaqueredirect' || (status >= 300 && status < 400);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
