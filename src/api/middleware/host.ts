import type { RequestHandler } from 'express';
import { ValidationError } from '../http/validate.js';

/** `uri-host [ ":" port ]` (RFC 9112 section 3.2) with the characters of a URL's host (RFC 3986 section 3.2.2). */
const AUTHORITY = /^(?:[A-Za-z0-9._~!$&'()*+,;=-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/** An absolute-form target, as sent to proxies: `http://host/path` (RFC 9112 section 3.2.2). */
const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)(.*)$/i;

/**
 * Rejects requests with an invalid Host, because links in responses are built from it. The host of an absolute-form
 * target overrides the header. For HTTP/1.0 without Host, uses the local address of the connection.
 */
export const validHost: RequestHandler = (req, _res, next) => {
  const absolute = ABSOLUTE_FORM.exec(req.url);
  if (absolute) {
    req.headers.host = absolute[1]!;
    // Keep `url`: Express finds the path in it, and would prepend the host to a changed one.
    req.originalUrl = absolute[2]!.startsWith('/') ? absolute[2]! : `/${absolute[2]!}`;
  }
  if (req.httpVersion === '1.0') req.headers.host ??= localAuthority(req.socket);
  const { host = '' } = req.headers;
  next(hasOneHost(req.rawHeaders) && isAuthority(host) ? undefined : invalidHost());
};

/** @param rawHeaders each name followed by its value. */
function hasOneHost(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.length === 4 && rawHeaders[i]!.toLowerCase() === 'host') count++;
  }
  return count <= 1;
}

function isAuthority(host: string): boolean {
  return AUTHORITY.test(host) && URL.canParse(`http://${host}`);
}

function localAuthority({
  localAddress = '',
  localPort,
}: {
  localAddress?: string;
  localPort?: number;
}): string {
  const address = localAddress.includes(':') ? `[${localAddress}]` : localAddress;
  return `${address}:${localPort}`;
}

function invalidHost(): ValidationError {
  const message = 'must be one host name or address, optionally with a port';
  return new ValidationError([{ path: 'Host', message }]);
}
