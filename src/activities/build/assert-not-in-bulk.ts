import { LonghaulError } from '../../contract/errors.js';
import { bulkMessage, failInBulk, failingOf } from '../../contract/file-faults.js';
import type { MissingFile } from '../../contract/files.js';

/**
 * Fails when so many files fail that the store or server is at fault, so that they are not dropped in bulk.
 * @throws LonghaulError STORAGE_UNAVAILABLE or SOURCE_UNAVAILABLE
 */
export function assertNotInBulk(missing: readonly MissingFile[], totalFiles: number): void {
  const failing = failingOf(missing);
  if (!failing || !failInBulk(failing, totalFiles)) return;
  throw new LonghaulError(failing.first.code, bulkMessage(failing, totalFiles));
}
