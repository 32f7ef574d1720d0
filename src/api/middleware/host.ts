import type { RequestHandler } from 'express';
import { LonghaulError } from '../../contract/errors.js';

/** `uri-host [ ":" port ]` (RFC 9112 section 3.2), of the characters that URLs may have there (RFC 3986 section 3.2.2). */
const AUTHORITY = /^(?:[A-Za-z0-9._~!$&'()*+,;=-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/** The target of a request as proxies get it: `http://host/path` (RFC 9112 section 3.2.2). */
const ABSOLUTE_FORM = /^https?:\/\/([^/?#]*)(.*)$/i;

/**
 * Lets no request through whose Host is not valid, for the links in answers are made of it. A target in absolute form
 * names the host itself and overrides the header; HTTP/1.0 may leave it out, and then it is where the request came in.
 */
export const validHost: RequestHandler = (req, _res, next) => {
  const absolute = ABSOLUTE_FORM.exec(req.url);
  if (absolute) {
    req.headers.host = absolute[1]!;
    // `url` stays: Express finds the path in it, and would put the host before it again.
    req.originalUrl = absolute[2]!.startsWith('/') ? absolute[2]! : `/${absolute[2]!}`;
  }
  if (req.httpVersion === '1.0') req.headers.host ??= localAuthority(req.socket);
  const { host = '' } = req.headers;
  next(isGivenOnce(req.rawHeaders) && isAuthority(host) ? undefined : hostNotValid());
};

/** Of headers as they came, each name followed by its value. */
function isGivenOnce(rawHeaders: readonly string[]): boolean {
  let given = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) {
    if (rawHeaders[i]!.length === 4 && rawHeaders[i]!.toLowerCase() === 'host') given++;
  }
  return given <= 1;
}

/** Hosts that were found valid: nearly every request comes to one of a few. */
const seen = new Set<string>();
const MAX_SEEN = 1_000;

function isAuthority(host: string): boolean {
  if (seen.has(host)) return true;
  const valid = AUTHORITY.test(host) && URL.canParse(`http://${host}`);
  if (valid && seen.size < MAX_SEEN) seen.add(host);
  return valid;
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

function hostNotValid(): LonghaulError {
  const errors = [{ path: 'Host', message: 'must be a host name or address, with a port or without' }];
  return new LonghaulError('INVALID_REQUEST', 'The header Host is not valid.', { errors });
}
