import { uniqueNames } from './entry-names.js';
import { MISSING_MANIFEST_NAME } from './missing-manifest.js';

/** Returns the entry names of an archive for safe file names in request order: unique, and never the manifest's name. */
export function namesInArchive(names: readonly string[]): string[] {
  return uniqueNames(names, [MISSING_MANIFEST_NAME]);
}
