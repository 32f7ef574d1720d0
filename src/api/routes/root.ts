import { Router } from 'express';
import type { AppDependencies } from '../dependencies.js';
import { route } from '../http/define-route.js';

type Dependencies = Pick<AppDependencies, 'version' | 'authMode' | 'signIn'>;

/** `GET /`: name, version and main routes of this service. */
export function rootRoutes({ version, authMode, signIn }: Dependencies): Router {
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
  route(router, '/', { get: [(_req, res) => void res.json(about)] });
  return router;
}
