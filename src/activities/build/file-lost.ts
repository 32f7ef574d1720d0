import { type ErrorCode, LonghaulError } from '../../contract/errors.js';
import type { MissingFile, PreparedFile } from '../../contract/files.js';
import { naming } from '../../lookup/about-file.js';

const REASONS: Partial<Record<ErrorCode, string>> = {
  FILE_NOT_FOUND: 'was deleted while the archive was built. Start the download without it.',
  FILE_CHANGED: 'changed while the archive was built. Try again.',
  FILE_FORBIDDEN: 'may no longer be read. Start the download without it.',
  FILE_UNREADABLE: 'can no longer be read. Start the download without it.',
  SOURCE_UNAVAILABLE: 'is not handed out by its server at the moment. Try again later.',
};

/** A file that was there when the job began and cannot be delivered any more. */
export class FileLostError extends LonghaulError {
  override readonly name = 'FileLostError';
  readonly missing: MissingFile;

  constructor(file: PreparedFile, code: ErrorCode, cause: unknown) {
    const message = `File ${file.fileId} (“${file.name}”) ${REASONS[code]}`;
    super(code, message, { cause });
    this.missing = { index: file.index, fileId: file.fileId, code, message };
  }
}

/**
 * Says which file an error of a source belongs to, when it is about that file alone; else returns it as it is.
 * @param givesUp whether a file is lost too whose own server is out of order.
 */
export function asLost(file: PreparedFile, error: unknown, givesUp = false): unknown {
  if (error instanceof FileLostError || !(error instanceof LonghaulError)) return error;
  const isLost = error.code === 'SOURCE_UNAVAILABLE' ? givesUp : REASONS[error.code] !== undefined;
  return isLost ? new FileLostError(file, error.code, error) : naming(file.fileId, error);
}
