import { LonghaulError } from '../contract/errors.js';

/**
 * The position at which a page of a job's files begins: a byte of the record of a completed job, or a line of the list
 * that a running job keeps. The cursor says which, because the job may complete between two pages.
 */
export type FilesCursor = { byte: number } | { line: number };

export const FIRST_FILE: FilesCursor = { line: 0 };

const FILES_CURSOR = /^([on])(\d{1,15})$/;

/** Encodes a position as the opaque text that clients get. */
export function encodeFilesCursor(cursor: FilesCursor): string {
  const text = 'byte' in cursor ? `o${cursor.byte}` : `n${cursor.line}`;
  return Buffer.from(text).toString('base64url');
}

/** @throws LonghaulError INVALID_REQUEST for a text that `encodeFilesCursor` did not make. */
export function decodeFilesCursor(text: string | undefined): FilesCursor {
  if (text === undefined) return FIRST_FILE;
  const [, kind, position] = FILES_CURSOR.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (kind === undefined) throw invalidCursor();
  return kind === 'o' ? { byte: Number(position) } : { line: Number(position) };
}

/** The error for a cursor that does not belong to its list. */
export function invalidCursor(cause?: unknown): LonghaulError {
  const errors = [{ path: 'cursor', message: 'is not a cursor of this list' }];
  const message = 'cursor is not a cursor of this list. Start again without a cursor.';
  return new LonghaulError('INVALID_REQUEST', message, { cause, errors });
}
