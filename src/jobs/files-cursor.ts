import { invalidCursor } from './invalid-cursor.js';

/**
 * Where a page of a job's files begins. The record of a completed job is entered at a byte; what a running job knows is a
 * list that is entered at a line. A cursor says which of them it means, for the job may complete between two pages.
 */
export type FilesCursor = { byte: number } | { line: number };

export const FIRST_FILE: FilesCursor = { line: 0 };

const DECODED = /^([on])(\d{1,15})$/;

/** As clients get it: opaque to them. */
export function encodeFilesCursor(cursor: FilesCursor): string {
  const text = 'byte' in cursor ? `o${cursor.byte}` : `n${cursor.line}`;
  return Buffer.from(text).toString('base64url');
}

/** @throws LonghaulError INVALID_REQUEST for what `encodeFilesCursor` did not make. */
export function decodeFilesCursor(text: string | undefined): FilesCursor {
  if (text === undefined) return FIRST_FILE;
  const [, kind, position] = DECODED.exec(Buffer.from(text, 'base64url').toString('latin1')) ?? [];
  if (kind === undefined) throw invalidCursor();
  return kind === 'o' ? { byte: Number(position) } : { line: Number(position) };
}
