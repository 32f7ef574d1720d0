import { LonghaulError } from '../../contract/errors.js';
import type { PinnedUrl } from '../../contract/files.js';
import type { OutboundAnswer } from '../../outbound/outbound-http.js';
import { describeAnswer } from './https-answer.js';

/** Asks for the pinned version or nothing (RFC 9110, 13.1). Servers may ignore it: the answer is looked at besides. */
export function preconditions({ etag, lastModified }: PinnedUrl, start: number): Record<string, string> {
  if (etag !== null) return start === 0 ? { 'if-match': etag } : { 'if-match': etag, 'if-range': etag };
  return lastModified === null ? {} : { 'if-unmodified-since': lastModified };
}

/**
 * Compares what the server tells now with what it told when the file was pinned; the size always, for it may be all there is.
 * @throws LonghaulError FILE_CHANGED
 */
export function assertSameVersion(answer: OutboundAnswer, pinned: PinnedUrl, size: number): void {
  const now = describeAnswer(answer);
  const before = { etag: pinned.etag, lastModified: pinned.etag === null ? pinned.lastModified : null, size };
  for (const trait of ['etag', 'lastModified', 'size'] as const) {
    if (before[trait] !== null && now[trait] !== null && before[trait] !== now[trait]) {
      throw new LonghaulError('FILE_CHANGED', 'The file was replaced since it was looked up. Start again.');
    }
  }
}
