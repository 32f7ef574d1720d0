import { LonghaulError } from '../contract/errors.js';
import type { JobCursor } from './job-list.js';

/**
 * Where a page of a job's files begins. The record of a completed job is entered at a byte; what a running job knows is a
 * list that is entered at a line. A cursor says which of them it means, for the job may complete between two pages.
 */
export type FilesCursor = { byte: number } | { line: number };

export const FIRST_FILE: FilesCursor = { line: 0 };

const FILES_CURSOR = /^([on])(\d{1,15})$/;

/** As clients get it: opaque to them. */
export function encodeFilesCursor(cursor: FilesCursor): string {
  const text = 'byte' in cursor ? `o${cursor.byte}` : `n${cursor.line}`;
  return Buffer.from(text).toString('base64url');
}

/** @throws LonghaulError INVALID_REQUEST for what `encodeFilesCursor` did not make. */
export function decodeFilesCursor(text: string | undefined): FilesCursor {
  if (text === undefined) return FIRST_FILE;
  const [, kind, position] = FILES_CURSOR.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (kind === undefined) throw invalidCursor();
  return kind === 'o' ? { byte: Number(position) } : { line: Number(position) };
}

const JOB_CURSOR = /^(\d{1,13}) ([0-9a-f-]{36})$/;

/** As clients get it: opaque to them. */
export function encodeJobCursor({ startedAt, jobId }: JobCursor): string {
  return Buffer.from(`${startedAt} ${jobId}`).toString('base64url');
}

/** @throws LonghaulError INVALID_REQUEST for what `encodeJobCursor` did not make. */
export function decodeJobCursor(text: string): JobCursor {
  const [, startedAt, jobId] = JOB_CURSOR.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (jobId !== undefined) return { startedAt: Number(startedAt), jobId };
  throw invalidCursor();
}

/** Negative when `a` stands before `b` in the list: newest first, and of equal age in the order of their ids. */
export function compareJobs(a: JobCursor, b: JobCursor): number {
  return b.startedAt - a.startedAt || (a.jobId < b.jobId ? -1 : Number(a.jobId > b.jobId));
}

/** The answer to a cursor that leads nowhere in its list. */
export function invalidCursor(cause?: unknown): LonghaulError {
  const errors = [{ path: 'cursor', message: 'is not a cursor of this list' }];
  const message = 'cursor is not a cursor of this list. Begin again without one.';
  return new LonghaulError('INVALID_REQUEST', message, { cause, errors });
}
