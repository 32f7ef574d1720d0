import type { OutboundAnswer } from '../../outbound/outbound-http.js';

/** File metadata from the head of a response. */
export interface AnswerFacts {
  /** Bytes of the whole file; null when the server does not send it. */
  size: number | null;
  /** A strong ETag, otherwise null: a weak one cannot be used in If-Match. */
  etag: string | null;
  lastModified: string | null;
  /** True when the server honored the range request. */
  ranges: boolean;
  contentType: string | null;
  contentDisposition: string | null;
}

type Head = Pick<OutboundAnswer, 'status' | 'headers'>;

const STRONG_ETAG = /^"[\x21\x23-\x7e]*"$/;
const HTTP_DATE = /^[\x20-\x7e]{1,64}$/;
const CONTENT_RANGE = /^bytes (\d{1,15})-\d{1,15}\/(\d{1,15}|\*)$/;

/** Parses the head of a response (RFC 9110: 8.6 Content-Length, 8.8 validators, 14.4 Content-Range). */
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

/** Returns the offset in the file at which the body begins; null for a 206 without a valid Content-Range. */
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
