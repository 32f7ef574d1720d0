import type { PinnedUrl } from '../../contract/files.js';
import type { OutboundAnswer } from '../../outbound/outbound-http.js';
import { describeAnswer } from './https-answer.js';
import { replaced } from './https-errors.js';

/**
 * Returns the headers that request only the pinned version (RFC 9110, 13.1). Servers may ignore them, so callers also
 * check the response with `assertSameVersion`.
 */
export function preconditions({ etag, lastModified }: PinnedUrl, start: number): Record<string, string> {
  if (etag !== null) return start === 0 ? { 'if-match': etag } : { 'if-match': etag, 'if-range': etag };
  return lastModified === null ? {} : { 'if-unmodified-since': lastModified };
}

/**
 * Compares the response with the pinned version. The size is always compared, because some servers send no validator.
 * @throws FileError FILE_CHANGED
 */
export function assertSameVersion(answer: OutboundAnswer, pinned: PinnedUrl, size: number): void {
  const now = describeAnswer(answer);
  // The pinned ETag came with an answer to a range, so each such answer has it. Slices of two versions must not mix.
  if (answer.status === 206 && pinned.etag !== null && now.etag === null) throw replaced();
  const before = { etag: pinned.etag, lastModified: pinned.etag === null ? pinned.lastModified : null, size };
  for (const trait of ['etag', 'lastModified', 'size'] as const) {
    if (before[trait] !== null && now[trait] !== null && before[trait] !== now[trait]) throw replaced();
  }
}
