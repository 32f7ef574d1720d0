import type { Request } from 'express';
import { MAX_WAIT_MS, waitQuerySchema } from '../../contract/http/schemas.js';
import { validate } from './validate.js';

/** How long a request asks its answer to be held. */
export interface Wait {
  ms: number;
  /** It asked by `Prefer`, which the answer acknowledges. */
  preferred: boolean;
}

/** One preference of a list: up to a comma that stands in no quoted string. One without its end goes up to the very end. */
const PREFERENCE = /(?:[^",]|"(?:\\.?|[^"\\])*(?:"|$))+/g;

/** A token, and its value bare or in quotes; parameters behind it are none of ours. */
const WAIT = /^\s*wait\s*=\s*(?:(\d+)|"(\d+)")\s*(?:;.*)?$/i;

/**
 * `waitMs`, else `Prefer: wait=N` (RFC 7240 section 4.3), in seconds and capped; a preference that cannot be understood is
 * ignored, as the RFC wants it.
 * @throws LonghaulError INVALID_REQUEST for a `waitMs` that is none.
 */
export function preferredWait(req: Request): Wait {
  // Express parses the query each time that it is asked for, and most requests have none.
  const given = req.url.includes('?') ? req.query['waitMs'] : undefined;
  if (given !== undefined) {
    const { waitMs } = validate(waitQuerySchema, { waitMs: given });
    return { ms: waitMs ?? 0, preferred: false };
  }
  const { prefer } = req.headers;
  const seconds = prefer === undefined ? undefined : preferredSeconds(prefer);
  if (seconds === undefined) return { ms: 0, preferred: false };
  return { ms: Math.min(seconds * 1_000, MAX_WAIT_MS), preferred: true };
}

/** Node joins repeated headers with a comma, as they may also be written; the first one that is valid counts. */
function preferredSeconds(header: string | string[]): number | undefined {
  for (const [preference] of String(header).matchAll(PREFERENCE)) {
    const [, bare, quoted] = WAIT.exec(preference) ?? [];
    const seconds = bare ?? quoted;
    if (seconds !== undefined) return Number(seconds);
  }
  return undefined;
}
