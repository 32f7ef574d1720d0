import { LonghaulError } from '../contract/errors.js';
import type { MissingFile } from '../contract/files.js';

/** Creates the error of an archive whose files were all lost during the build. */
export function noFilesLeft(missing: readonly MissingFile[]): LonghaulError {
  const first = missing[0]?.message ?? '';
  return new LonghaulError('NO_FILES_AVAILABLE', `None of the files is available any more. ${first}`);
}
