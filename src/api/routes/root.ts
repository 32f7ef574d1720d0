import { Router } from 'express';
import { route } from '../http/define-route.js';

/** `GET /`: name, version and main routes of this service. */
export function rootRoutes({ version }: { version: string }): Router {
  const router = Router();
  const about = {
    name: 'longhaul',
    version,
    start: 'POST /v1/download/initiate',
    status: 'GET /v1/download/status/:jobId',
    download: 'GET /v1/download/:jobId',
    health: 'GET /health',
    docs: 'GET /docs/',
  };
  route(router, '/', { get: [(_req, res) => void res.json(about)] });
  return router;
}
