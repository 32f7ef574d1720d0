import { type ErrorCode, LonghaulError } from '../contract/errors.js';
import { FileError } from '../contract/file-error.js';

/** Messages for users. The same for every store, without its internals. */
const MESSAGES = {
  FILE_TOO_LARGE: 'The file is too large for the object store. Request fewer files at once.',
  RANGE_NOT_SATISFIABLE:
    'The range is outside the file. Get the size of the file first, then request bytes within it.',
  STORAGE_UNAVAILABLE: 'The object store could not process the request. Try again in a minute.',
  STORAGE_FULL:
    'The object store is out of disk space. Ask an operator to free space, then start the download again.',
} satisfies Partial<Record<ErrorCode, string>>;

/** Messages about one object. Each one completes "The file …". */
const PREDICATES = {
  FILE_NOT_FOUND: 'is not in the object store. Check its id, or upload it again.',
  FILE_CHANGED: 'was replaced after it was looked up. Start again to get the new version.',
  FILE_FORBIDDEN:
    'is denied by the object store, or does not exist. Check its id, or ask an operator to check its permissions.',
  FILE_ARCHIVED: 'is archived. Restore it, then start the download again.',
  FILE_UNREADABLE:
    'cannot be read: the object store rejects every request for it. An operator finds the reason in the log.',
} satisfies Partial<Record<ErrorCode, string>>;

export type StoreErrorCode = keyof typeof MESSAGES;

/** Creates an error of the port. `cause` names the failure and the object, for operators. */
export function storeError(code: StoreErrorCode, cause: unknown): LonghaulError {
  return new LonghaulError(code, MESSAGES[code], { cause });
}

/** Creates the error of an upload that can only be begun anew. */
export function incompleteUpload(cause: unknown): LonghaulError {
  const message = 'The object store lost parts of the archive. Start the download again.';
  return new LonghaulError('ARCHIVE_INCOMPLETE', message, { cause });
}

/**
 * Creates the error of one object.
 * @param predicate completes "The file …"; by default the one of the code.
 */
export function objectError(
  code: keyof typeof PREDICATES,
  cause: unknown,
  predicate: string = PREDICATES[code],
): FileError {
  return new FileError(code, predicate, { cause });
}

/** Creates the error of an object that the store fails to deliver, although the store responds. */
export function failingObject(cause: unknown): FileError {
  const predicate = 'could not be read from the object store. Try again in a minute.';
  return new FileError('STORAGE_UNAVAILABLE', predicate, { cause, suspectsFile: true });
}
