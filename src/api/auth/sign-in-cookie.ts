import type { CookieOptions, Request, Response } from 'express';
import { isHttps } from './own-page.js';

/** The prefix makes browsers refuse a cookie that another host or plain http sets. It needs https. */
const SECURE_NAME = '__Host-longhaul';
const PLAIN_NAME = 'longhaul';

/** Returns the value of the cookie; undefined without one, and for two, because one may be of a stranger. */
export function readSignIn(req: Request, publicUrl: string | undefined): string | undefined {
  const prefix = `${nameOf(req, publicUrl)}=`;
  const pairs = (req.headers.cookie ?? '').split(';').map((pair) => pair.trim());
  const values = pairs.filter((pair) => pair.startsWith(prefix)).map((pair) => pair.slice(prefix.length));
  return values.length === 1 ? values[0] : undefined;
}

export function setSignIn(
  res: Response,
  publicUrl: string | undefined,
  value: string,
  maxAgeMs: number,
): void {
  res.cookie(nameOf(res.req, publicUrl), value, { ...optionsOf(res.req, publicUrl), maxAge: maxAgeMs });
}

export function clearSignIn(res: Response, publicUrl: string | undefined): void {
  res.clearCookie(nameOf(res.req, publicUrl), optionsOf(res.req, publicUrl));
}

function nameOf(req: Request, publicUrl: string | undefined): string {
  return isHttps(req, publicUrl) ? SECURE_NAME : PLAIN_NAME;
}

function optionsOf(req: Request, publicUrl: string | undefined): CookieOptions {
  return { httpOnly: true, sameSite: 'strict', path: '/', secure: isHttps(req, publicUrl) };
}
