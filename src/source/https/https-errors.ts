import type { ErrorCode, LonghaulError } from '../../contract/errors.js';
import { FileError } from '../../contract/file-error.js';
import { OutboundError } from '../../outbound/outbound-error.js';
import type { OutboundAnswer } from '../../outbound/outbound-http.js';
import { isTransientStatus } from '../../outbound/transient-status.js';

const NOT_FOUND = new Set([404, 410]);
const FORBIDDEN = new Set([401, 402, 403, 407, 451]);
/** The server no longer has the pinned version, or the file is shorter now. */
const CHANGED = new Set([412, 416]);

/** Predicates of FileError. */
const PREDICATES = {
  FILE_NOT_FOUND: 'is not on its server. Check its id.',
  FILE_FORBIDDEN: 'is refused by its server. Check its access rights there.',
  FILE_CHANGED: 'was replaced after it was looked up. Start the download again.',
  SOURCE_UNAVAILABLE: 'could not be fetched from its server. Try again in a minute.',
} satisfies Partial<Record<ErrorCode, string>>;

/** Creates the error of a file that no retry makes readable. */
export function unreadable(reason: string): LonghaulError {
  return new FileError('FILE_UNREADABLE', `cannot be read: ${reason}.`);
}

/** Creates the error of a file that differs from its pinned version. */
export function replaced(): LonghaulError {
  return new FileError('FILE_CHANGED', PREDICATES.FILE_CHANGED);
}

/** @throws FileError when the response does not carry the bytes of the file as they are stored. */
export function assertReadable({ status, headers }: OutboundAnswer): void {
  if (status === 200 || status === 206) {
    const encoding = headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') throw unreadable('its server sends it compressed');
    return;
  }
  const code = codeOf(status);
  if (code) throw new FileError(code, PREDICATES[code], { cause: new Error(`Status ${status}`) });
  if (status >= 300 && status < 400) throw unreadable('its server redirects, and redirects are not followed');
  throw unreadable(`its server responds with status ${status}`);
}

function codeOf(status: number): keyof typeof PREDICATES | undefined {
  if (NOT_FOUND.has(status)) return 'FILE_NOT_FOUND';
  if (FORBIDDEN.has(status)) return 'FILE_FORBIDDEN';
  if (CHANGED.has(status)) return 'FILE_CHANGED';
  return isTransientStatus(status) ? 'SOURCE_UNAVAILABLE' : undefined;
}

/** Maps the error of a request without a response. The URL may be a secret, so no error contains it. */
export function toSourceError(cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || !(cause instanceof OutboundError)) return cause;
  if (cause.failure === 'refused') {
    return new FileError('FILE_FORBIDDEN', `may not be read: ${cause.message}.`, { cause });
  }
  return new FileError('SOURCE_UNAVAILABLE', PREDICATES.SOURCE_UNAVAILABLE, { cause });
}
