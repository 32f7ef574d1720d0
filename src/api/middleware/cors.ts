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
];

/** Lets browsers of the given origins in, never with credentials; `*` lets in all. */
export function corsFor(origins: readonly string[]): RequestHandler {
  return cors({
    origin: origins.includes('*') ? '*' : [...origins],
    exposedHeaders: EXPOSED,
    maxAge: 600,
  });
}
