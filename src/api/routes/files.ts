import { type RequestHandler, Router } from 'express';
import { DeadlineExceeded, within } from '../../concurrency/deadline.js';
import type { FileListPage } from '../../contract/http/answers.js';
import { fileListQuerySchema } from '../../contract/http/schemas.js';
import { invalidCursor } from '../../jobs/cursors.js';
import { storeTooSlow } from '../../jobs/outcomes-page.js';
import type { AppDependencies } from '../dependencies.js';
import { route } from '../http/define-route.js';
import { disconnected } from '../http/disconnected.js';
import { validate } from '../http/validate.js';

const DEADLINE_MS = 20_000;

/** `GET /v1/files`: lists the files that can be downloaded. */
export function fileRoutes({ fileList }: Pick<AppDependencies, 'fileList'>): Router {
  const router = Router();
  const list: RequestHandler = async (req, res) => {
    const { query, cursor, limit, detail } = validate(fileListQuerySchema, req.query);
    const signal = disconnected(res);
    try {
      const after = cursor === undefined ? '' : decodeCursor(cursor);
      const { files, next } = await within(DEADLINE_MS, fileList.list(query, after, limit, signal, detail));
      const page: FileListPage = { files, nextCursor: next && encodeCursor(next) };
      res.json(page);
    } catch (error) {
      if (signal.aborted) return;
      throw error instanceof DeadlineExceeded ? storeTooSlow(error) : error;
    }
  };
  route(router, '/files', { get: [list] });
  return router;
}

function encodeCursor(next: string): string {
  return Buffer.from(next).toString('base64url');
}

/** @throws LonghaulError INVALID_REQUEST for a cursor that does not decode. Any text is a valid position in the list. */
function decodeCursor(cursor: string): string {
  const after = Buffer.from(cursor, 'base64url').toString();
  if (encodeCursor(after) !== cursor) throw invalidCursor();
  return after;
}
