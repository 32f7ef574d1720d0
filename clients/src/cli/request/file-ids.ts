import type { FileId } from '../../client/index.js';
import { UsageError } from '../errors.js';

/** A file of the request, with its name in the archive if it has one. */
export interface WantedFile {
  fileId: FileId;
  name?: string;
}

const MIN_NUMBER = 10_000;
const MAX_NUMBER = 100_000_000;

/** Reads an id: a whole number in the range of numeric ids is sent as one, everything else as text. */
export function fileIdOf(text: string): FileId {
  const number = /^[1-9]\d*$/.test(text) ? Number(text) : 0;
  return number >= MIN_NUMBER && number <= MAX_NUMBER ? number : text;
}

/**
 * Reads a list of ids, one a line: `id` or `id<TAB>name in the archive`. Further columns are ignored, so that the output
 * of `longhaul files` can be read.
 * @throws UsageError for a line without an id.
 */
export function parseFileIds(text: string, source: string): WantedFile[] {
  return text
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/)
    .flatMap((line, index) => {
      if (line.trim() === '') return [];
      const [id = '', name = ''] = line.split('\t').map((cell) => cell.trim());
      if (id === '') throw new UsageError(`Line ${index + 1} of ${source} has no file id before its tab.`);
      return [name === '' ? { fileId: fileIdOf(id) } : { fileId: fileIdOf(id), name }];
    });
}
