import { type ErrorCode, errorCodeOf } from './errors.js';
import { FileError } from './file-error.js';
import type { FailingFiles, MissingFile } from './files.js';

/*
 * The rule of `onFileError`, the same for objects and URLs, in looking up and in building:
 * 1. A definite answer about one file (a code of FILE_FAULTS) is that file's outcome at once.
 * 2. Trouble of a whole store or server is retried, and then fails the job: no response, 429, 502, 503, 504.
 * 3. Trouble that may be the file's own (`FileError.suspectsFile`) is retried. On the last attempt it is the outcome of
 *    the file: any other 5xx, and a body that breaks off.
 * 4. Files that fail in bulk by rule 3 fail the job too, because then their store or server is the cause.
 */

/** Errors that are the outcome of one file. No retry changes them. */
export const FILE_FAULTS: ReadonlySet<ErrorCode> = new Set([
  'FILE_NOT_FOUND',
  'FILE_FORBIDDEN',
  'FILE_ARCHIVED',
  'FILE_CHANGED',
  'FILE_TOO_LARGE',
  'FILE_UNREADABLE',
]);

/** Limits the files of one job that are skipped because their store or server fails to deliver them. */
const MAX_FAILING = 10;

/** Returns true when the error is the outcome of one file. On the last attempt the file's own trouble counts too. */
export function isFileFault(error: unknown, isLastAttempt: boolean): boolean {
  const code = errorCodeOf(error);
  if (code !== undefined && FILE_FAULTS.has(code)) return true;
  return isLastAttempt && error instanceof FileError && error.suspectsFile;
}

/** Counts the missing files that are not missing by a definite answer; undefined when there are none. */
export function failingOf(missing: readonly MissingFile[]): FailingFiles | undefined {
  const failing = missing.filter(({ code }) => !FILE_FAULTS.has(code));
  const [first] = failing;
  return first && { count: failing.length, first };
}

/** Returns true when so many files of a job fail that their store or server must be the cause. */
export function failInBulk({ count }: FailingFiles, totalFiles: number): boolean {
  return count > MAX_FAILING || count * 2 > totalFiles;
}

/** Returns the message of a job whose files fail in bulk. */
export function bulkMessage({ count, first }: FailingFiles, totalFiles: number): string {
  return `${count} of ${totalFiles} files could not be read, so their store or server is at fault. ${first.message}`;
}
