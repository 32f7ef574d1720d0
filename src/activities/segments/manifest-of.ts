import { missingManifest } from '../../archive/missing-manifest.js';
import type { MissingFile } from '../../contract/files.js';
import { assertNotInBulk } from '../build/assert-not-in-bulk.js';

/**
 * Returns the function with which the engine makes the manifest of an archive: null when no file is missing.
 * @param missing files that were missing before the build.
 * @throws LonghaulError when files fail in bulk. @see assertNotInBulk
 */
export function manifestOf(jobId: string, missing: readonly MissingFile[], totalFiles: number) {
  return (included: number, lost: readonly MissingFile[]) => {
    const all = [...missing, ...lost].toSorted((a, b) => a.index - b.index);
    assertNotInBulk(all, totalFiles);
    return all.length > 0 ? missingManifest(jobId, included, all) : null;
  };
}
