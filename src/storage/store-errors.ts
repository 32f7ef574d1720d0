import { type ErrorCode, LonghaulError } from '../contract/errors.js';

/** Messages for users. The same for every store, without its internals. */
const MESSAGES = {
  FILE_NOT_FOUND: 'The file is not in the object store. Check its id, or upload it again.',
  FILE_CHANGED: 'The file was replaced after it was looked up. Start again to get the new version.',
  FILE_FORBIDDEN: 'The object store denies access to the file. Ask an operator to check its permissions.',
  FILE_TOO_LARGE: 'The file is too large for the object store. Request fewer files at once.',
  RANGE_NOT_SATISFIABLE:
    'The range is outside the file. Get the size of the file first, then request bytes within it.',
  STORAGE_UNAVAILABLE: 'The object store could not process the request. Try again in a minute.',
} satisfies Partial<Record<ErrorCode, string>>;

export type StoreErrorCode = keyof typeof MESSAGES;

/** Creates an error of the port. `cause` names the failure and the object, for operators. */
export function storeError(code: StoreErrorCode, cause: unknown): LonghaulError {
  return new LonghaulError(code, MESSAGES[code], { cause });
}
