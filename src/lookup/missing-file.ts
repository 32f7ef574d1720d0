import { type ErrorCode, errorCodeOf } from '../contract/errors.js';
import { FileError } from '../contract/file-error.js';
import type { FileId, MissingFile } from '../contract/files.js';

/**
 * Errors that concern one file, so that the job can continue without it. A text completes "File 70001 …". Without one,
 * the predicate of the source's error is used.
 */
const RULES: Partial<Record<ErrorCode, Rule>> = {
  FILE_NOT_FOUND: {
    inLookup: 'does not exist.',
    inBuild: 'was deleted while the archive was built. Start the download without it.',
  },
  FILE_FORBIDDEN: {
    inLookup: 'may not be read.',
    inBuild: 'may no longer be read. Start the download without it.',
  },
  FILE_CHANGED: { inBuild: 'changed while the archive was built. Try again.' },
  FILE_UNREADABLE: { inBuild: 'can no longer be read. Start the download without it.' },
  FILE_TOO_LARGE: {},
  SOURCE_UNAVAILABLE: { isTransient: true },
};

interface Rule {
  inLookup?: string;
  inBuild?: string;
  /** A retry may help, so the file is missing only when no retry is left. */
  isTransient?: boolean;
}

/** The step in which the error occurred. */
export interface MissingFileContext {
  step: 'inLookup' | 'inBuild';
  /** True on the last attempt of a job that skips files: then a file on an unavailable server is missing. */
  skipsUnavailable: boolean;
}

/** A file of a job; its name is known once it has been looked up. */
interface JobFile {
  index: number;
  fileId: FileId;
  name?: string;
}

/** @returns undefined when the error is not about this file only, or a retry may help: then the step fails. */
export function missingFile(
  file: JobFile,
  error: unknown,
  { step, skipsUnavailable }: MissingFileContext,
): MissingFile | undefined {
  const code = errorCodeOf(error);
  const rule = code && RULES[code];
  if (!rule || (rule.isTransient && !skipsUnavailable)) return undefined;
  const predicate = rule[step] ?? (error instanceof FileError ? error.predicate : 'cannot be read.');
  return { index: file.index, fileId: file.fileId, code, message: `${subjectOf(file)} ${predicate}` };
}

/** Adds the file to the message of an error about one file; returns every other error unchanged. */
export function nameFile(file: JobFile, error: unknown): unknown {
  return error instanceof FileError ? error.about(subjectOf(file)) : error;
}

function subjectOf({ fileId, name }: JobFile): string {
  return name === undefined ? `File ${fileId}` : `File ${fileId} (“${name}”)`;
}
