import { type RequestHandler, Router } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import { fileListQuerySchema } from '../../contract/http/schemas.js';
import type { FileListPage } from '../../contract/http/answers.js';
import type { AppDependencies } from '../dependencies.js';
import { DeadlineExceeded, within } from '../../concurrency/deadline.js';
import { invalidCursor } from '../../jobs/cursors.js';
import { route } from '../http/define-route.js';
import { validate } from '../http/validate.js';

const DEADLINE_MS = 20_000;

/** `GET /v1/files`: what can be downloaded. */
export function fileRoutes({ fileList }: Pick<AppDependencies, 'fileList'>): Router {
  const router = Router();
  const list: RequestHandler = async (req, res) => {
    const { query, cursor, limit } = validate(fileListQuerySchema, req.query);
    const ended = new AbortController();
    res.once('close', () => ended.abort());
    try {
      const after = cursor === undefined ? '' : decode(cursor);
      const { files, next } = await within(DEADLINE_MS, fileList.list(query, after, limit, ended.signal));
      const page: FileListPage = { files, nextCursor: next && encode(next) };
      res.json(page);
    } catch (error) {
      if (res.closed) return;
      throw error instanceof DeadlineExceeded ? storeTooSlow(error) : error;
    }
  };
  route(router, '/files', { get: [list] });
  return router;
}

function encode(next: string): string {
  return Buffer.from(next).toString('base64url');
}

/** @throws LonghaulError INVALID_REQUEST for what is no text at all; every text is a place in the list. */
function decode(cursor: string): string {
  const after = Buffer.from(cursor, 'base64url').toString();
  if (encode(after) !== cursor) throw invalidCursor();
  return after;
}

function storeTooSlow(cause: unknown): LonghaulError {
  const message = 'The object store does not answer. Try again shortly.';
  return new LonghaulError('STORAGE_UNAVAILABLE', message, { cause });
}
