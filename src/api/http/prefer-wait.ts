import type { Request } from 'express';
import { dialectWaitQuerySchema, MAX_WAIT_MS, waitQuerySchema } from '../../contract/http/schemas.js';
import { validate } from './validate.js';

/** The time for which a client asks to hold the response. */
export interface Wait {
  ms: number;
  /** True for `Prefer`, which the response acknowledges with `Preference-Applied`. */
  preferred: boolean;
}

/** One preference of a list: everything up to a comma outside quotes. An unterminated quote runs to the end. */
const PREFERENCE = /(?:[^",]|"(?:\\.?|[^"\\])*(?:"|$))+/g;

/** `wait` with a bare or quoted value. Parameters after it are ignored. */
const WAIT = /^\s*wait\s*=\s*(?:(\d+)|"(\d+)")\s*(?:;.*)?$/i;

/**
 * Reads `waitMs` or `wait_ms`, else `Prefer: wait=N` in seconds (RFC 7240 section 4.3), capped at 30 s. Ignores a malformed
 * preference, as the RFC requires.
 * @throws LonghaulError INVALID_REQUEST for a malformed `waitMs`.
 */
export function preferredWait(req: Request): Wait {
  // Most requests have no query, and Express parses it at every access.
  const query = req.url.includes('?') ? req.query : {};
  const { waitMs, wait_ms } = query;
  if (waitMs !== undefined) {
    return { ms: validate(waitQuerySchema, { waitMs }).waitMs ?? 0, preferred: false };
  }
  if (wait_ms !== undefined) {
    return { ms: validate(dialectWaitQuerySchema, { wait_ms }).wait_ms ?? 0, preferred: false };
  }
  const { prefer } = req.headers;
  const seconds = prefer === undefined ? undefined : preferredSeconds(prefer);
  if (seconds === undefined) return { ms: 0, preferred: false };
  return { ms: Math.min(seconds * 1_000, MAX_WAIT_MS), preferred: true };
}

/** The first valid `wait` counts. Node joins repeated headers with commas. */
function preferredSeconds(header: string | string[]): number | undefined {
  for (const [preference] of String(header).matchAll(PREFERENCE)) {
    const [, bare, quoted] = WAIT.exec(preference) ?? [];
    const seconds = bare ?? quoted;
    if (seconds !== undefined) return Number(seconds);
  }
  return undefined;
}
