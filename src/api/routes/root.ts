import { type RequestHandler, type Response, Router } from 'express';
import type { AppDependencies } from '../dependencies.js';
import { route } from '../http/define-route.js';
import { NOT_BUILT, pageTag, readPage } from '../page/built-page.js';
import { pagePolicy } from '../page/page-policy.js';

type Dependencies = Pick<
  AppDependencies,
  'version' | 'authMode' | 'signIn' | 'http' | 'storeOrigin' | 'pageFolder' | 'logger'
>;

/** `GET /`: the page for browsers; name, version and main routes of this service for all others. */
export function rootRoutes(deps: Dependencies): Router {
  const { version, authMode, signIn } = deps;
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
  const root: RequestHandler = async (req, res) => {
    res.vary('Accept').set('Cache-Control', 'no-cache');
    // Without a preference, as from curl, the first one counts.
    if (req.accepts(['json', 'html']) === 'html') await sendPage(deps, res);
    else res.json(about);
  };
  route(router, '/', { get: [root] });
  return router;
}

async function sendPage(deps: Dependencies, res: Response): Promise<void> {
  const [html, origin] = await Promise.all([readPage(deps.pageFolder), originOf(deps)]);
  if (html === undefined) {
    res.status(503).type('text').send(NOT_BUILT);
    return;
  }
  const policy = pagePolicy(deps.http.publicUrl, origin);
  res
    .set({ 'Content-Security-Policy': policy, ETag: pageTag(html, policy) })
    .type('html')
    .send(html);
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
