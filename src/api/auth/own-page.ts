import type { Request } from 'express';
import { isOwnOrigin } from '../streams/origin.js';

/** True if clients reach this server over https, as far as the request or PUBLIC_URL tells. */
export function isHttps(req: Request, publicUrl: string | undefined): boolean {
  if (req.secure) return true;
  return publicUrl?.startsWith('https:') === true && new URL(publicUrl).host === req.get('host');
}

/**
 * True if a page of this server sent the request, or a person who typed its address. Only then the cookie counts,
 * otherwise other pages could act for the person (RFC 6265bis section 8.8).
 */
export function isOwnPage(req: Request, publicUrl: string | undefined): boolean {
  const isUpgrade = req.headers.upgrade !== undefined;
  const isRead = !isUpgrade && (req.method === 'GET' || req.method === 'HEAD');
  // CORS does not apply to WebSockets.
  if (isUpgrade && !isOwnOrigin(req, publicUrl)) return false;
  const site = req.get('sec-fetch-site');
  if (site !== undefined) return site === 'same-origin' || (site === 'none' && isRead);
  if (isUpgrade) return true;
  // Browsers leave the header out over plain http, except for localhost.
  if (isHttps(req, publicUrl)) return false;
  return req.get('origin') === undefined ? isRead : isOwnOrigin(req, publicUrl);
}
