import type { OutboundAnswer } from '../../outbound/outbound-http.js';

/** What the head of an answer tells of the file behind it. */
export interface AnswerFacts {
  /** Bytes of the whole file; null when the server does not tell. */
  size: number | null;
  /** A strong one, fit to be sent back; null otherwise. */
  etag: string | null;
  lastModified: string | null;
  /** Whether the answer is a part, as it was asked for. */
  ranges: boolean;
  contentType: string | null;
  contentDisposition: string | null;
}

type Head = Pick<OutboundAnswer, 'status' | 'headers'>;

const STRONG_ETAG = /^"[\x21\x23-\x7e]*"$/;
const HTTP_DATE = /^[\x20-\x7e]{1,64}$/;
const CONTENT_RANGE = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/;

/** RFC 9110: sections 8.6 (Content-Length), 8.8 (validators), 14.4 (Content-Range). */
export function describeAnswer({ status, headers }: Head): AnswerFacts {
  const range = rangeOf(headers['content-range']);
  return {
    size: status === 206 ? (range?.total ?? null) : lengthOf(headers['content-length']),
    etag: matching(headers.etag, STRONG_ETAG),
    lastModified: matching(headers['last-modified'], HTTP_DATE),
    ranges: status === 206 && range !== null,
    contentType: headers['content-type'] ?? null,
    contentDisposition: headers['content-disposition'] ?? null,
  };
}

/** Where the bytes of an answer begin in the file; null when it does not say. */
export function firstByteOf({ status, headers }: Head): number | null {
  if (status !== 206) return 0;
  return rangeOf(headers['content-range'])?.start ?? null;
}

function rangeOf(header: string | undefined): { start: number; total: number | null } | null {
  const match = CONTENT_RANGE.exec(header ?? '');
  return match ? { start: Number(match[1]), total: match[2] === '*' ? null : Number(match[2]) } : null;
}

function lengthOf(header: string | undefined): number | null {
  return header !== undefined && /^\d{1,15}$/.test(header) ? Number(header) : null;
}

function matching(header: string | undefined, pattern: RegExp): string | null {
  return header !== undefined && pattern.test(header) ? header : null;
}
