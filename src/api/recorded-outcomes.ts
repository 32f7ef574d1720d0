import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { LonghaulError } from '../contract/errors.js';
import type { FileOutcome, FilesPage } from '../contract/types.js';
import { outcomesKey } from '../storage/keys.js';

/** What reading recorded outcomes needs of an object store. */
export interface OutcomeStore {
  read(key: string, options: { start: number; signal?: AbortSignal }): Promise<Readable>;
}

/**
 * A page of what became of the files of a completed job. The cursor is the byte at which the next line begins, so a
 * page costs what it holds and not what stands before it.
 */
export async function recordedOutcomes(
  store: OutcomeStore,
  keyOfArchive: string,
  start: number,
  limit: number,
): Promise<FilesPage> {
  const input = await openAt(store, outcomesKey(keyOfArchive), start);
  const files: FileOutcome[] = [];
  let next = start;
  let more = false;
  try {
    for await (const line of createInterface({ input, crlfDelay: Infinity })) {
      more = files.length === limit;
      if (more) break;
      files.push(parse(line));
      next += Buffer.byteLength(line) + 1;
    }
  } finally {
    input.destroy();
  }
  return { files, nextCursor: more ? String(next) : null };
}

async function openAt(store: OutcomeStore, key: string, start: number): Promise<Readable> {
  try {
    return await store.read(key, { start });
  } catch (error) {
    if (error instanceof LonghaulError && error.code === 'FILE_NOT_FOUND') throw expired(error);
    if (start === 0) throw error;
    throw invalidCursor(error);
  }
}

/** It is there as long as the archive is. */
function expired(cause: unknown): LonghaulError {
  const message = 'The archive has expired, and the list of its files with it. Start the download again.';
  return new LonghaulError('JOB_EXPIRED', message, { cause });
}

/** A cursor that was not ours lands within a line. */
function parse(line: string): FileOutcome {
  try {
    return JSON.parse(line) as FileOutcome;
  } catch (error) {
    throw invalidCursor(error);
  }
}

function invalidCursor(cause: unknown): LonghaulError {
  const errors = [{ path: 'cursor', message: 'is not a cursor of this list' }];
  return new LonghaulError('INVALID_REQUEST', 'cursor is not a cursor of this list.', { cause, errors });
}
