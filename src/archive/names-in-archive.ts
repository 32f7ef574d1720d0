import { MISSING_MANIFEST_NAME } from './missing-manifest.js';
import { uniqueNames, type WantedName } from './unique-names.js';

/** Returns the entry names of an archive for files in request order: unique, and never the manifest's name. */
export function namesInArchive(files: readonly WantedName[]): string[] {
  return uniqueNames(files, [MISSING_MANIFEST_NAME]);
}
