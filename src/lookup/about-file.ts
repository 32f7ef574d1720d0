import { LonghaulError } from '../contract/errors.js';
import type { FileId } from '../contract/files.js';

/** A sentence of a source, which knows no ids, as one about this file. */
export function aboutFile(fileId: FileId, sentence: string): string {
  return sentence.replace(/^The file\b/, `File ${fileId}`);
}

/** The error with the file's id in it, when it is one file's own server that is in trouble. */
export function naming(fileId: FileId, error: unknown): unknown {
  if (!(error instanceof LonghaulError) || error.code !== 'SOURCE_UNAVAILABLE') return error;
  return new LonghaulError(error.code, aboutFile(fileId, error.message), { cause: error.cause });
}
