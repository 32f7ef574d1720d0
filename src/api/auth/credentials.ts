import type { IncomingHttpHeaders } from 'node:http';

const BEARER = /^Bearer +(\S+)$/i;

/** No control characters, because ids appear in logs, and no lone surrogates. */
const USER_ID = /^[^\p{Cc}\p{Cs}]+$/u;

/** Limit of a search attribute; a percent-encoded id of this size still fits into a workflow id. */
const MAX_USER_ID_BYTES = 255;

/** True if a value can be a user id in logs, search attributes and workflow ids. Ids come from tokens and key files. */
export function isUserId(value: unknown): value is string {
  return typeof value === 'string' && USER_ID.test(value) && Buffer.byteLength(value) <= MAX_USER_ID_BYTES;
}

/** Reads the token of `Authorization: Bearer`; undefined if there is none. */
export function bearerTokenOf({ authorization }: IncomingHttpHeaders): string | undefined {
  return authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
}

/** Reads the key of `Authorization: Bearer` or `X-Api-Key`; undefined if both are sent and differ. */
export function apiKeyOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = bearerTokenOf(headers);
  const key = headers['x-api-key']?.toString();
  if (bearer === undefined || key === undefined) return bearer ?? key;
  return bearer === key ? key : undefined;
}

/** True if a request has credentials in its headers, right or wrong. */
export function hasCredentials(headers: IncomingHttpHeaders): boolean {
  return headers.authorization !== undefined || headers['x-api-key'] !== undefined;
}

/** `WWW-Authenticate` of a 401 (RFC 6750 section 3): distinguishes invalid from missing credentials. */
export function challengeOf(headers: IncomingHttpHeaders): string {
  return hasCredentials(headers) ? 'Bearer error="invalid_token"' : 'Bearer';
}
