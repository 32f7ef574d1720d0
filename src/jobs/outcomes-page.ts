import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { errorCodeOf, LonghaulError } from '../contract/errors.js';
import type { FileOutcome, FileState } from '../contract/files.js';
import type { FilesPage } from '../contract/http/answers.js';
import { encodeFilesCursor, type FilesCursor, invalidCursor } from './cursors.js';

/** The part of an object store that reads recorded outcomes. */
export interface OutcomeStore {
  read(key: string, options: { start: number; signal?: AbortSignal }): Promise<Readable>;
}

/** Limits reading one page. */
const READ_DEADLINE_MS = 10_000;

/** Bytes of the record that one filtered page reads: 10,000 lines have 2 MB with short names. */
const MAX_READ_BYTES = 8 * 1_024 * 1_024;

/** A page of the outcomes of a job's files. */
export interface OutcomesQuery {
  cursor: FilesCursor;
  limit: number;
  /** Null for all states. */
  states: readonly FileState[] | null;
}

/**
 * Reads a page of the outcomes of a completed job's files. The cursor is a byte offset, so a page reads no earlier
 * lines; only the first page after the job has completed may skip some. A page of few states reads a bounded part of
 * the record, so it may be short and still have a next one.
 * @param key of the record, one JSON line per file.
 * @throws LonghaulError INVALID_REQUEST for a cursor of another list, ARCHIVE_DELETED when the record is deleted,
 * STORAGE_UNAVAILABLE.
 */
export async function outcomesPage(
  store: OutcomeStore,
  key: string,
  query: OutcomesQuery,
  { deadlineMs = READ_DEADLINE_MS, maxBytes = MAX_READ_BYTES } = {},
): Promise<FilesPage> {
  const deadline = AbortSignal.timeout(deadlineMs);
  try {
    return await readPage(store, key, query, maxBytes, deadline);
  } catch (error) {
    if (errorCodeOf(error) === 'FILE_NOT_FOUND') throw recordDeleted(error);
    if (deadline.aborted) throw storeTooSlow(error);
    throw error;
  }
}

async function readPage(
  store: OutcomeStore,
  key: string,
  { cursor, limit, states }: OutcomesQuery,
  maxBytes: number,
  signal: AbortSignal,
): Promise<FilesPage> {
  const [start, skip] = 'byte' in cursor ? [cursor.byte, 0] : [0, cursor.line];
  let [byte, skipped] = [start, 0];
  const input = await openAt(store, key, start, signal);
  const files: FileOutcome[] = [];
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      const isFull = files.length === limit;
      if ((isFull && !states) || byte - start >= maxBytes) return pageUntil(byte, files);
      if (skipped < skip) skipped++;
      else {
        const outcome = parse(line, 'byte' in cursor && byte === start);
        const isWanted = !states || states.includes(outcome.state);
        if (isWanted && isFull) return pageUntil(byte, files);
        if (isWanted) files.push(outcome);
      }
      byte += Buffer.byteLength(line) + 1;
    }
  } finally {
    input.destroy();
  }
  return { files, nextCursor: null };
}

/** Returns a page that another one follows, from this byte on. */
function pageUntil(byte: number, files: FileOutcome[]): FilesPage {
  return { files, nextCursor: encodeFilesCursor({ byte }) };
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
