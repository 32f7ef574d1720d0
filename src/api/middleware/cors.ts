import cors from 'cors';
import type { RequestHandler } from 'express';

const EXPOSED = [
  'x-request-id',
  'Location',
  'Retry-After',
  'Idempotency-Replayed',
  'Preference-Applied',
  'Deprecation',
  'Link',
  'WWW-Authenticate',
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
  // Of archives: their name, and what a page needs to resume a download.
  'Content-Disposition',
  'Content-Length',
  'Content-Range',
  'Accept-Ranges',
  'ETag',
];

/** Allows browsers of the given origins, without credentials. `*` allows every origin. */
export function corsFor(origins: readonly string[]): RequestHandler {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    exposedHeaders: EXPOSED,
    maxAge: 600,
  });
}
