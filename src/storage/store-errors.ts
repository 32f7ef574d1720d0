import { type ErrorCode, LonghaulError } from '../contract/errors.js';

/** What a person is told; the same for every store, and nothing of its inside. */
const MESSAGES = {
  FILE_NOT_FOUND: 'The file is not in the object store. Check its id, or store it again.',
  FILE_CHANGED: 'The file was replaced since it was looked up. Start again to get the new version.',
  FILE_FORBIDDEN: 'The object store refuses to hand out the file. An operator must check its access rights.',
  FILE_TOO_LARGE: 'The file is too large for the object store. Ask for fewer files at once.',
  RANGE_NOT_SATISFIABLE: 'The range lies outside the file. Ask for its size first, then for bytes within it.',
  STORAGE_UNAVAILABLE: 'The object store did not do what it was asked. Try again shortly.',
} satisfies Partial<Record<ErrorCode, string>>;

export type StoreErrorCode = keyof typeof MESSAGES;

/** An error of the port; `cause` says what happened, to which object, for operators. */
export function storeError(code: StoreErrorCode, cause: unknown): LonghaulError {
  return new LonghaulError(code, MESSAGES[code], { cause });
}
