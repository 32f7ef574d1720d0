import { createHash } from 'node:crypto';

const CHECK_BYTES = 6;

/**
 * A cursor that holds a token of somebody else's, and a part of its SHA-256 before it. Temporal answers a token that is
 * not its own like a broken database; the check tells a mistyped cursor from that. It is no secret and no signature.
 */
export function checkedCursor(token: Uint8Array): string {
  return Buffer.concat([checkOf(token), token]).toString('base64url');
}

/** The token in a cursor; undefined when it was not made by `checkedCursor`. */
export function tokenOf(cursor: string): Buffer | undefined {
  const bytes = Buffer.from(cursor, 'base64url');
  const token = bytes.subarray(CHECK_BYTES);
  return bytes.subarray(0, CHECK_BYTES).equals(checkOf(token)) ? token : undefined;
}

function checkOf(token: Uint8Array): Buffer {
  return createHash('sha256').update(token).digest().subarray(0, CHECK_BYTES);
}
