import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { errorCodeOf, LonghaulError } from '../contract/errors.js';
import type { FileOutcome } from '../contract/files.js';
import type { FilesPage } from '../contract/http/answers.js';
import { encodeFilesCursor, type FilesCursor, invalidCursor } from './cursors.js';

/** The part of an object store that reads recorded outcomes. */
export interface OutcomeStore {
  read(key: string, options: { start: number; signal?: AbortSignal }): Promise<Readable>;
}

/** Limits reading one page, which is a few kilobytes. */
const READ_DEADLINE_MS = 10_000;

/**
 * Reads a page of the outcomes of a completed job's files. The cursor is a byte offset, so a page reads no earlier
 * lines; only the first page after the job has completed may skip some.
 * @param key of the record, one JSON line per file.
 * @throws LonghaulError INVALID_REQUEST for a cursor of another list, ARCHIVE_DELETED when the record is deleted,
 * STORAGE_UNAVAILABLE.
 */
export async function outcomesPage(
  store: OutcomeStore,
  key: string,
  cursor: FilesCursor,
  limit: number,
  deadlineMs: number = READ_DEADLINE_MS,
): Promise<FilesPage> {
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    return await readPage(store, key, cursor, limit, deadline);
  } catch (error) {
    if (errorCodeOf(error) === 'FILE_NOT_FOUND') throw recordDeleted(error);
    if (deadline.aborted) throw storeTooSlow(error);
    throw error;
  }
}

async function readPage(
  store: OutcomeStore,
  key: string,
  cursor: FilesCursor,
  limit: number,
  signal: AbortSignal,
): Promise<FilesPage> {
  let [next, skip] = 'byte' in cursor ? [cursor.byte, 0] : [0, cursor.line];
  const input = await openAt(store, key, next, signal);
  const files: FileOutcome[] = [];
  let more = false;
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      more = files.length === limit;
      if (more) break;
      if (skip > 0) skip--;
      else files.push(parse(line, 'byte' in cursor && files.length === 0));
      next += Buffer.byteLength(line) + 1;
    }
  } finally {
    input.destroy();
  }
  return { files, nextCursor: more ? encodeFilesCursor({ byte: next }) : null };
}

async function openAt(
  store: OutcomeStore,
  key: string,
  start: number,
  signal: AbortSignal,
): Promise<Readable> {
  try {
    return await store.read(key, { start, signal });
  } catch (error) {
    throw errorCodeOf(error) === 'RANGE_NOT_SATISFIABLE' ? invalidCursor(error) : error;
  }
}

/** A cursor that we did not issue may point into a line; every other line is valid JSON. */
function parse(line: string, atCursor: boolean): FileOutcome {
  try {
    return JSON.parse(line) as FileOutcome;
  } catch (error) {
    throw atCursor ? invalidCursor(error) : error;
  }
}

function recordDeleted(cause: unknown): LonghaulError {
  const message =
    'The file report is no longer in the object store. Start the download again, under a new key if it had one.';
  return new LonghaulError('ARCHIVE_DELETED', message, { cause });
}

/** STORAGE_UNAVAILABLE for a store that did not respond in time. */
export function storeTooSlow(cause: unknown): LonghaulError {
  const message = 'The object store is not responding. Try again in a moment.';
  return new LonghaulError('STORAGE_UNAVAILABLE', message, { cause });
}
