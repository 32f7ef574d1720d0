import type { IncomingHttpHeaders } from 'node:http';
import { type RequestHandler, type Response, Router } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import { route } from '../http/define-route.js';

/** Opens the links of a store that has no server of its own. */
export interface LocalLinks {
  /**
   * @param token what the link ends with.
   * @throws LonghaulError LINK_INVALID, LINK_EXPIRED or FILE_NOT_FOUND.
   */
  openLink(token: string): Promise<LocalFile>;
}

/** A file to be sent as a download. */
export interface LocalFile {
  /** Absolute path. */
  path: string;
  /** Bytes. */
  size: number;
  /** Strong and quoted (RFC 9110 section 8.8.3): a download that broke goes on only with the same bytes. */
  etag: string;
  /** The name to save it under. */
  fileName: string;
  contentType: string;
}

/** Headers that describe the file and must not stay on the answer that says why there is none. */
const FILE_HEADERS = ['Content-Disposition', 'Content-Type', 'ETag', 'Last-Modified', 'Accept-Ranges'];

/** `GET /v1/objects/:token`, with ranges. The link itself is the permission. */
export function objectRoutes(links: LocalLinks): Router {
  const router = Router();
  route(router, '/v1/objects/:token', { get: [sendObject(links)] });
  return router;
}

function sendObject(links: LocalLinks): RequestHandler {
  return async (req, res, next) => {
    const { path, size, etag, fileName, contentType } = await links.openLink(String(req.params['token']));
    // Only whoever has the link may have the bytes, and only until it runs out.
    res.set('Cache-Control', 'private, no-store');
    res.attachment(fileName).setHeader('Content-Type', contentType);
    res.setHeader('ETag', etag);
    prepareRange(req.headers, size, etag);
    // The data folder's own name may begin with a dot; which files may be sent, the link has settled.
    res.sendFile(path, { dotfiles: 'allow', cacheControl: false }, (error?: SendError) => {
      if (error) afterFailure(error, res, next);
    });
  };
}

/**
 * Where the sender does not go by RFC 9110: more than all there is from the end is all of it (section 14.1.2), and no
 * entity tag but the very same one lets a download go on (section 13.1.5).
 */
function prepareRange(headers: IncomingHttpHeaders, size: number, etag: string): void {
  const { range, 'if-range': ifRange } = headers;
  if (range === undefined) return;
  if (ifRange?.includes('"') && ifRange !== etag) delete headers.range;
  else headers.range = satisfiable(range, size);
}

function satisfiable(range: string, size: number): string {
  return range.replace(/(=|,)[ \t]*-(\d+)(?=[ \t]*(?:,|$))/g, (spec, before: string, length: string) =>
    size > 0 && Number(length) > size ? `${before}0-` : spec,
  );
}

interface SendError extends Error {
  code?: string;
  status?: number;
  syscall?: string;
}

function afterFailure(error: SendError, res: Response, next: (error: unknown) => void): void {
  // A client that goes away is no error: it will come back with a Range, or not.
  if (error.code === 'ECONNABORTED' || error.code === 'EPIPE' || error.syscall === 'write') return;
  if (res.headersSent) {
    // Half of the bytes are out: only a broken connection tells the client that they are not all.
    res.destroy(error);
    return;
  }
  for (const name of FILE_HEADERS) res.removeHeader(name);
  next(asProblem(error));
}

function asProblem(error: SendError): LonghaulError {
  if (error.status === 404 || error.code === 'EISDIR')
    return new LonghaulError('FILE_NOT_FOUND', 'The file is gone.', { cause: error });
  if (error.status === 412) {
    const message = 'The archive is not the version that was asked for. Begin the download anew.';
    return new LonghaulError('PRECONDITION_FAILED', message, { cause: error });
  }
  if (error.status === 416) {
    const message = 'The range lies outside the archive. Content-Range has its size.';
    return new LonghaulError('RANGE_NOT_SATISFIABLE', message, { cause: error });
  }
  return new LonghaulError('STORAGE_UNAVAILABLE', 'The file could not be read. Try again shortly.', {
    cause: error,
  });
}
