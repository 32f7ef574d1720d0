import { LonghaulError } from '../../contract/errors.js';
import type { MissingFile, PreparedFile } from '../../contract/files.js';
import { missingFile, nameFile } from '../../lookup/missing-file.js';

/** A file that was found when the job was prepared and cannot be read any more. */
export class FileLostError extends LonghaulError {
  override readonly name = 'FileLostError';

  constructor(
    readonly missing: MissingFile,
    cause: unknown,
  ) {
    super(missing.code, missing.message, { cause });
  }
}

/**
 * Converts an error of a source to a FileLostError when it concerns this file only; other errors only get its name.
 * @param skipsFailing True when a file is also lost because its store or server fails to deliver it.
 */
export function toFileLost(
  file: Pick<PreparedFile, 'index' | 'fileId' | 'name'>,
  error: unknown,
  skipsFailing: boolean,
): unknown {
  if (error instanceof FileLostError) return error;
  const missing = missingFile(file, error, { step: 'inBuild', skipsFailing });
  return missing ? new FileLostError(missing, error) : nameFile(file, error);
}
