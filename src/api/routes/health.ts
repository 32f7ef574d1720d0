import { type RequestHandler, Router } from 'express';
import type { Health } from '../health.js';
import { route } from '../http/define-route.js';

/** `/livez`: the process runs. `/readyz`: this server can serve requests. `/health`: jobs can run, workers included. */
export function healthRoutes({ health, readiness }: { health: Health; readiness: Health }): Router {
  const router = Router();
  route(router, '/livez', { get: [(_req, res) => void res.json({ status: 'healthy', checks: {} })] });
  route(router, '/readyz', { get: [reportOf(readiness)] });
  route(router, '/health', { get: [reportOf(health)] });
  return router;
}

function reportOf(health: Health): RequestHandler {
  return async (_req, res) => {
    const report = await health.report();
    res
      .set('Cache-Control', 'no-store')
      .status(report.status === 'healthy' ? 200 : 503)
      .json(report);
  };
}
