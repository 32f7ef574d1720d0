import type { Request } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import type { HttpOptions } from '../dependencies.js';

/**
 * Pages of other origins cannot read our answers, but they could open WebSockets. What is no browser sends no origin.
 * @throws LonghaulError FORBIDDEN for a page that is neither of an origin let in nor of our own.
 */
export function assertOrigin(
  req: Request,
  { corsOrigins, publicUrl }: Pick<HttpOptions, 'corsOrigins' | 'publicUrl'>,
): void {
  const origin = req.get('origin');
  if (origin === undefined || corsOrigins.includes('*') || corsOrigins.includes(origin)) return;
  if (URL.canParse(origin) && isOwn(new URL(origin), req.get('host'), publicUrl)) return;
  throw new LonghaulError('FORBIDDEN', 'Pages of this origin may not open streams here.');
}

/** By host and port alone: whether TLS ends before us is known only where proxies are believed. */
function isOwn(
  { protocol, host }: URL,
  requested: string | undefined,
  publicUrl: string | undefined,
): boolean {
  const own = publicUrl === undefined ? [] : [new URL(publicUrl).host];
  // With its scheme, so that a default port counts as none.
  return [...own, new URL(`${protocol}//${requested}`).host].includes(host);
}
