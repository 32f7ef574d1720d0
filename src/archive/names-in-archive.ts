import { uniqueNames } from './entry-names.js';
import { MISSING_MANIFEST_NAME } from './missing-manifest.js';

/** What the entries of an archive are called, from safe names in the order of the request. */
export function namesInArchive(names: readonly string[]): string[] {
  return uniqueNames(names, [MISSING_MANIFEST_NAME]);
}
