import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type RequestHandler, Router } from 'express';
import type { AppDependencies } from '../dependencies.js';
import { route } from '../http/define-route.js';

const ONE_YEAR = '365d';

/** Suffixes of the compressed copies that the build writes beside a file, the smaller copy first. */
const COPIES = { br: '.br', gzip: '.gz' } as const;
const CODINGS = ['br', 'gzip'] as const;

/** `GET /assets/:file`: scripts and styles of the page. Each name contains a hash, so a file never changes. */
export function assetRoutes({ pageFolder }: Pick<AppDependencies, 'pageFolder'>): Router {
  const router = Router();
  const root = join(pageFolder, 'assets');
  const send: RequestHandler<{ file: string }> = async (req, res, next) => {
    const { file } = req.params;
    // Sends listed names only, so that no name leads out of the folder. Lists again, because a build replaces the files.
    const names = new Set(await readdir(root).catch(() => []));
    if (!names.has(file) || isCopy(file)) return next('router');
    const coding = CODINGS.find((name) => names.has(file + COPIES[name]) && req.acceptsEncodings(name));
    res.vary('Accept-Encoding').type(file);
    const headers = coding ? { 'Content-Encoding': coding } : {};
    const sent = coding ? file + COPIES[coding] : file;
    res.sendFile(sent, { root, headers, maxAge: ONE_YEAR, immutable: true }, (error) => {
      if (error && !res.headersSent) next('router');
    });
  };
  route(router, '/assets/:file', { get: [send as unknown as RequestHandler] });
  return router;
}

function isCopy(file: string): boolean {
  return CODINGS.some((name) => file.endsWith(COPIES[name]));
}
