import { meaningOfStatus } from '../../contract/answer-status.js';
import type { ErrorCode, LonghaulError } from '../../contract/errors.js';
import { FileError } from '../../contract/file-error.js';
import { OutboundError } from '../../outbound/outbound-error.js';
import type { OutboundAnswer } from '../../outbound/outbound-http.js';

/** Predicates of FileError. */
const PREDICATES = {
  FILE_NOT_FOUND: 'is not on its server. Check its id.',
  FILE_CHANGED: 'was replaced after it was looked up. Start the download again.',
} satisfies Partial<Record<ErrorCode, string>>;

/** Content codings that change bytes (IANA). Any other value, such as `none` or `UTF-8`, names no coding. */
const CODING = /^(?:x-)?(?:aes128gcm|br|compress|dcb|dcz|deflate|exi|gzip|pack200-gzip|zstd)$/i;

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
  if (status !== 200 && status !== 206) throw errorOfStatus(status);
  const codings = (headers['content-encoding'] ?? '').split(',');
  if (codings.some((coding) => CODING.test(coding.trim()))) {
    throw unreadable('its server sends it compressed, although the request asks for the stored bytes');
  }
}

function errorOfStatus(status: number): LonghaulError {
  const cause = new Error(`Status ${status}`);
  const reason = `it responds with status ${status}`;
  switch (meaningOfStatus(status)) {
    case 'absent':
      return new FileError('FILE_NOT_FOUND', PREDICATES.FILE_NOT_FOUND, { cause });
    case 'denied':
      return new FileError('FILE_FORBIDDEN', refusedWith(status), { cause });
    case 'replaced':
      return new FileError('FILE_CHANGED', PREDICATES.FILE_CHANGED, { cause });
    case 'failing':
      return unavailable(reason, { cause, suspectsFile: true });
    case 'unavailable':
      return unavailable(reason, { cause });
    case 'rejected':
      return unreadable(
        status >= 300 && status < 400
          ? 'its server redirects, and redirects are not followed'
          : `its server responds with status ${status}`,
      );
  }
}

function refusedWith(status: number): string {
  return `is refused by its server (status ${status}). Check its access rights there.`;
}

/** @param reason completes "could not be fetched from its server: …". */
function unavailable(reason: string, options: { cause: unknown; suspectsFile?: boolean }): FileError {
  const predicate = `could not be fetched from its server: ${reason}. Try again in a minute.`;
  return new FileError('SOURCE_UNAVAILABLE', predicate, options);
}

/** Maps the error of a request without a response. The URL may be a secret, so no error contains it. */
export function toSourceError(cause: unknown, signal: AbortSignal): unknown {
  if (signal.aborted || !(cause instanceof OutboundError)) return cause;
  if (cause.failure !== 'refused') return unavailable(cause.message, { cause });
  const advice = 'Ask an operator to correct its URL, or to allow its host with OUTBOUND_ALLOWED_HOSTS.';
  return new FileError('FILE_FORBIDDEN', `is refused: ${cause.message}. ${advice}`, { cause });
}
