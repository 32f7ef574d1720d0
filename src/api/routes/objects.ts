import type { IncomingHttpHeaders } from 'node:http';
import { type RequestHandler, type Response, Router } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import { route } from '../http/define-route.js';

/** Opens the links of a file store, which has no server of its own. */
export interface LocalLinks {
  /**
   * @param token the last segment of the link.
   * @throws LonghaulError LINK_INVALID, LINK_EXPIRED or FILE_NOT_FOUND.
   */
  openLink(token: string): Promise<LocalFile>;
}

/** A file to send as a download. */
export interface LocalFile {
  /** Absolute path. */
  path: string;
  /** Bytes. */
  size: number;
  /** Strong and quoted (RFC 9110 section 8.8.3), so that a download resumes only with the same bytes. */
  etag: string;
  /** File name for the client. */
  fileName: string;
  contentType: string;
}

/** Headers that describe the file. An error response must not keep them. */
const FILE_HEADERS = ['Content-Disposition', 'Content-Type', 'ETag', 'Last-Modified', 'Accept-Ranges'];

/** `GET /v1/objects/:token`, with ranges. The link itself grants access. */
export function objectRoutes(links: LocalLinks): Router {
  const router = Router();
  route(router, '/v1/objects/:token', { get: [sendObject(links)] });
  return router;
}

function sendObject(links: LocalLinks): RequestHandler {
  return async (req, res, next) => {
    const { path, size, etag, fileName, contentType } = await links.openLink(String(req.params['token']));
    // Shared caches would serve the bytes without checking the link, or after it expired.
    res.set('Cache-Control', 'private, no-store');
    res.attachment(fileName).setHeader('Content-Type', contentType);
    res.setHeader('ETag', etag);
    prepareRange(req.headers, size, etag);
    // Allow dots in the path of the data folder. The link determines the file, so this exposes no other one.
    res.sendFile(path, { dotfiles: 'allow', cacheControl: false }, (error?: SendError) => {
      if (error) handleSendError(error, res, next);
    });
  };
}

/**
 * Corrects where Express's sender deviates from RFC 9110: a suffix longer than the file means the whole file (section
 * 14.1.2), and only a strongly equal entity tag in If-Range allows a partial response (section 13.1.5).
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

function handleSendError(error: SendError, res: Response, next: (error: unknown) => void): void {
  // The client disconnected; it may resume with a Range.
  if (error.code === 'ECONNABORTED' || error.code === 'EPIPE' || error.syscall === 'write') return;
  if (res.headersSent) {
    // Part of the body was sent: only a broken connection shows the client that it is incomplete.
    res.destroy(error);
    return;
  }
  for (const name of FILE_HEADERS) res.removeHeader(name);
  next(asProblem(error));
}

function asProblem(error: SendError): LonghaulError {
  if (error.status === 404 || error.code === 'EISDIR')
    return new LonghaulError('FILE_NOT_FOUND', 'The file was deleted. Start the download again.', {
      cause: error,
    });
  if (error.status === 412) {
    const message = 'The archive has changed since the first request. Download it from the beginning.';
    return new LonghaulError('PRECONDITION_FAILED', message, { cause: error });
  }
  if (error.status === 416) {
    const message = 'The range is outside the archive. Content-Range has its size.';
    return new LonghaulError('RANGE_NOT_SATISFIABLE', message, { cause: error });
  }
  return new LonghaulError('STORAGE_UNAVAILABLE', 'The file could not be read. Try again in a minute.', {
    cause: error,
  });
}
