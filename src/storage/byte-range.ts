import { storeError } from './store-errors.js';

/**
 * Refuses a range that no object can satisfy. Without this an S3 store takes `bytes=5-3` for a malformed header,
 * ignores it (RFC 9110, 14.2) and sends the whole object.
 * @throws LonghaulError RANGE_NOT_SATISFIABLE
 */
export function assertRange(start: number, end: number | undefined): void {
  const startValid = Number.isSafeInteger(start) && start >= 0;
  const endValid = end === undefined || (Number.isSafeInteger(end) && end >= start);
  if (startValid && endValid) return;
  throw storeError('RANGE_NOT_SATISFIABLE', new RangeError(`start ${start}, end ${end ?? 'open'}`));
}
