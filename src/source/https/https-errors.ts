import { type ErrorCode, LonghaulError } from '../../contract/errors.js';
import { OutboundError } from '../../outbound/outbound-error.js';
import type { OutboundAnswer } from '../../outbound/outbound-http.js';

const NOT_FOUND = new Set([404, 410]);
const FORBIDDEN = new Set([401, 402, 403, 407, 451]);
/** The version that was asked for is not there, or not that long any more. */
const CHANGED = new Set([412, 416]);
const PASSING = new Set([408, 425, 429]);

const MESSAGES = {
  FILE_NOT_FOUND: 'The file is not on its server. Check its id.',
  FILE_FORBIDDEN: 'The file is not handed out by its server: it refuses to.',
  FILE_CHANGED: 'The file was replaced since it was looked up. Start again.',
  SOURCE_UNAVAILABLE: 'The file is not handed out by its server at the moment. Try again shortly.',
} satisfies Partial<Record<ErrorCode, string>>;

/** A file that no trying again makes readable. */
export function unreadable(reason: string): LonghaulError {
  return new LonghaulError('FILE_UNREADABLE', `The file cannot be read: ${reason}.`);
}

/** @throws LonghaulError what an answer that holds no bytes of the file means. */
export function assertReadable({ status, headers }: OutboundAnswer): void {
  if (status === 200 || status === 206) {
    const encoding = headers['content-encoding'] ?? 'identity';
    if (encoding !== 'identity') throw unreadable('its server sends it encoded though asked not to');
    return;
  }
  const code = codeOf(status);
  if (code) throw new LonghaulError(code, MESSAGES[code], { cause: new Error(`Status ${status}`) });
  if (status >= 300 && status < 400) throw unreadable('its server redirects, which is not followed');
  throw unreadable(`its server answers with status ${status}`);
}

function codeOf(status: number): keyof typeof MESSAGES | undefined {
  if (NOT_FOUND.has(status)) return 'FILE_NOT_FOUND';
  if (FORBIDDEN.has(status)) return 'FILE_FORBIDDEN';
  if (CHANGED.has(status)) return 'FILE_CHANGED';
  return PASSING.has(status) || status >= 500 ? 'SOURCE_UNAVAILABLE' : undefined;
}

/** The error of a request that brought no answer; never with the URL, which may be a secret. */
export function toSourceError(error: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || !(error instanceof OutboundError)) return error;
  if (error.failure === 'refused') {
    return new LonghaulError('FILE_FORBIDDEN', `The file may not be read: ${error.message}.`, {
      cause: error,
    });
  }
  return new LonghaulError('SOURCE_UNAVAILABLE', MESSAGES.SOURCE_UNAVAILABLE, { cause: error });
}
