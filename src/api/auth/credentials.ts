import type { IncomingHttpHeaders } from 'node:http';

const BEARER = /^Bearer +(\S+)$/i;

/** The token of `Authorization: Bearer`; undefined when there is none. */
export function bearerTokenOf({ authorization }: IncomingHttpHeaders): string | undefined {
  return authorization === undefined ? undefined : BEARER.exec(authorization)?.[1];
}

/** The key of a request, which comes as `Authorization: Bearer` or `X-Api-Key`; undefined also for two that differ. */
export function apiKeyOf(headers: IncomingHttpHeaders): string | undefined {
  const bearer = bearerTokenOf(headers);
  const key = headers['x-api-key']?.toString();
  if (bearer === undefined || key === undefined) return bearer ?? key;
  return bearer === key ? key : undefined;
}

/** `WWW-Authenticate` of a 401 (RFC 6750 section 3): whether what was shown is no good, or nothing was. */
export function challengeOf(headers: IncomingHttpHeaders): string {
  const shown = headers.authorization !== undefined || headers['x-api-key'] !== undefined;
  return shown ? 'Bearer error="invalid_token"' : 'Bearer';
}
