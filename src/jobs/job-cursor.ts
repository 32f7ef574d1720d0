import { invalidCursor } from './invalid-cursor.js';
import type { JobCursor } from './job-list.js';

const DECODED = /^(\d{1,13}) ([0-9a-f-]{36})$/;

/** As clients get it: opaque to them. */
export function encodeJobCursor({ startedAt, jobId }: JobCursor): string {
  return Buffer.from(`${startedAt} ${jobId}`).toString('base64url');
}

/** @throws LonghaulError INVALID_REQUEST for what `encodeJobCursor` did not make. */
export function decodeJobCursor(text: string): JobCursor {
  const [, startedAt, jobId] = DECODED.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (jobId !== undefined) return { startedAt: Number(startedAt), jobId };
  throw invalidCursor();
}

/** Negative when `a` stands before `b` in the list: newest first, and of equal age in the order of their ids. */
export function compareJobs(a: JobCursor, b: JobCursor): number {
  return b.startedAt - a.startedAt || (a.jobId < b.jobId ? -1 : Number(a.jobId > b.jobId));
}
