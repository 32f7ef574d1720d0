import { type ErrorCode, errorCodeOf } from '../contract/errors.js';
import { FileError } from '../contract/file-error.js';
import { isFileFault } from '../contract/file-faults.js';
import type { FileId, MissingFile } from '../contract/files.js';

/** Texts that complete "File 70001 …" instead of the predicate of the error. */
const PREDICATES: Record<Step, Partial<Record<ErrorCode, string>>> = {
  inLookup: { FILE_NOT_FOUND: 'does not exist.' },
  inBuild: {
    FILE_NOT_FOUND: 'was deleted while the archive was built. Start the download without it.',
    FILE_CHANGED: 'changed while the archive was built. Try again.',
  },
};

/** The step in which the error occurred. */
type Step = 'inLookup' | 'inBuild';

export interface MissingFileContext {
  step: Step;
  /** True on the last attempt of a job that skips files. */
  skipsFailing: boolean;
}

/** A file of a job; its name is known once it has been looked up. */
interface JobFile {
  index: number;
  fileId: FileId;
  name?: string;
}

/** @returns undefined when the error is not the outcome of this file by `isFileFault`: then the step fails. */
export function missingFile(
  file: JobFile,
  error: unknown,
  { step, skipsFailing }: MissingFileContext,
): MissingFile | undefined {
  const code = errorCodeOf(error);
  if (code === undefined || !isFileFault(error, skipsFailing)) return undefined;
  const own = error instanceof FileError ? error.predicate : 'cannot be read.';
  const message = `${subjectOf(file)} ${PREDICATES[step][code] ?? own}`;
  return { index: file.index, fileId: file.fileId, code, message };
}

/** Adds the file to the message of an error about one file; returns every other error unchanged. */
export function nameFile(file: JobFile, error: unknown): unknown {
  return error instanceof FileError ? error.about(file.fileId, subjectOf(file)) : error;
}

function subjectOf({ fileId, name }: JobFile): string {
  return name === undefined ? `File ${fileId}` : `File ${fileId} (“${name}”)`;
}
