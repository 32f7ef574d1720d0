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

/** @throws LonghaulError RANGE_NOT_SATISFIABLE when the buffer is not as long as the bytes `[start, end)`. */
export function assertSpan({ start, end }: { start: number; end: number }, into: Uint8Array): void {
  assertRange(start, end);
  if (end - start === into.length) return;
  throw storeError('RANGE_NOT_SATISFIABLE', new RangeError(`${into.length} bytes for ${start} to ${end}`));
}
