import { storeError } from './store-errors.js';

/**
 * Rejects a range that no object can satisfy. Otherwise an S3 store would treat `bytes=5-3` as malformed, ignore it
 * (RFC 9110, section 14.2) and send the whole object.
 * @throws LonghaulError RANGE_NOT_SATISFIABLE
 */
export function assertRange(start: number, end: number | undefined): void {
  const startValid = Number.isSafeInteger(start) && start >= 0;
  const endValid = end === undefined || (Number.isSafeInteger(end) && end >= start);
  if (startValid && endValid) return;
  throw storeError('RANGE_NOT_SATISFIABLE', new RangeError(`start ${start}, end ${end ?? 'open'}`));
}
