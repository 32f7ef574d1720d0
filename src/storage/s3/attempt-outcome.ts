import { S3ServiceException } from '@aws-sdk/client-s3';
import type { StoreOperation, StoreOutcome } from '../store-observer.js';

const THROTTLED = /SlowDown|Throttl|TooManyRequest|RequestBytesExceed|BandwidthLimitExceeded/;

/** Errors of timers: the SDK's, undici's and the system's. */
const LATE = /^(TimeoutError|ETIMEDOUT|UND_ERR_(CONNECT|HEADERS|BODY)_TIMEOUT|RequestTimeout)$/;

/** Conditions and ranges that an object does not meet. */
const ABOUT_OBJECT = new Set([304, 412, 416]);

/** Names the failure of one attempt; undefined when it was aborted. */
export function outcomeOfAttempt(error: unknown, operation: StoreOperation): StoreOutcome | undefined {
  const { name = '', code = '' } = (error ?? {}) as { name?: string; code?: string };
  if (name === 'AbortError') return undefined;
  const status = error instanceof S3ServiceException ? (error.$metadata.httpStatusCode ?? 0) : 0;
  if (THROTTLED.test(name) || status === 429) return 'throttled';
  // The refusal of a HEAD has no body, so it does not say why.
  if (operation === 'HeadObject' && status === 503) return 'throttled';
  if (LATE.test(name) || LATE.test(code)) return 'late';
  if (status === 404) return 'missing';
  if (status === 401 || status === 403) return 'denied';
  return ABOUT_OBJECT.has(status) ? 'ok' : 'error';
}
