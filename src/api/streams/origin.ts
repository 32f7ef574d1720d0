import type { Request } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import type { HttpOptions } from '../dependencies.js';

type Options = Pick<HttpOptions, 'corsOrigins' | 'publicUrl'>;

/**
 * Rejects WebSockets of foreign pages, because CORS does not apply to them. Clients that are not browsers send no origin.
 * @throws LonghaulError FORBIDDEN for an origin that is neither allowed nor our own.
 */
export function assertOrigin(req: Request, options: Options): void {
  if (isAllowedOrigin(req, options)) return;
  const message = 'Pages of this origin may not open streams. Add the origin to CORS_ORIGINS.';
  throw new LonghaulError('FORBIDDEN', message);
}

/** Returns true for a request of an allowed page, of our own, or of a client that is no browser. */
export function isAllowedOrigin(req: Request, { corsOrigins, publicUrl }: Options): boolean {
  const origin = req.get('origin');
  if (origin === undefined || corsOrigins.includes('*') || corsOrigins.includes(origin)) return true;
  return isOwnOrigin(req, publicUrl);
}

/** Returns true if the page that sent a request is of this server, by the header Origin. */
export function isOwnOrigin(req: Request, publicUrl: string | undefined): boolean {
  const origin = req.get('origin') ?? '';
  return URL.canParse(origin) && isOwn(new URL(origin), req.get('host'), publicUrl);
}

/** Compares host and port only: behind a proxy that is not trusted, the scheme of the request is unknown. */
function isOwn(
  { protocol, host }: URL,
  requested: string | undefined,
  publicUrl: string | undefined,
): boolean {
  const own = publicUrl === undefined ? [] : [new URL(publicUrl).host];
  // Parse with the scheme of the origin, so that its default port is removed.
  return [...own, new URL(`${protocol}//${requested}`).host].includes(host);
}
