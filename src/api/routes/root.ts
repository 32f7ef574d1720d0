import { type RequestHandler, Router } from 'express';
import type { AppDependencies } from '../dependencies.js';
import { route } from '../http/define-route.js';
import { pageOf } from '../page/page.js';
import { pagePolicy } from '../page/page-policy.js';

type Dependencies = Pick<
  AppDependencies,
  'version' | 'authMode' | 'signIn' | 'http' | 'storeOrigin' | 'logger'
>;

/** `GET /`: a page for browsers; name, version and main routes of this service for all others. */
export function rootRoutes(deps: Dependencies): Router {
  const { version, authMode, signIn, http } = deps;
  const router = Router();
  const about = {
    name: 'longhaul',
    version,
    auth: { mode: authMode, signInUrl: signIn.url ?? null },
    start: 'POST /v1/download/initiate',
    status: 'GET /v1/download/status/:jobId',
    download: 'GET /v1/download/:jobId',
    health: 'GET /health',
    docs: 'GET /docs/',
  };
  const page = pageOf(version);
  const root: RequestHandler = async (req, res) => {
    res.vary('Accept');
    // Without a preference, as from curl, the first one counts.
    if (req.accepts(['json', 'html']) === 'html') {
      res.set('Content-Security-Policy', pagePolicy(http.publicUrl, await originOf(deps)));
      res.type('html').send(page);
    } else res.json(about);
  };
  route(router, '/', { get: [root] });
  return router;
}

/** The page is shown also while no links can be signed. */
async function originOf({ storeOrigin, logger }: Dependencies): Promise<string | null> {
  try {
    return await storeOrigin();
  } catch (error) {
    logger.warn({ err: error }, 'the page may not open archives: their origin is unknown');
    return null;
  }
}
