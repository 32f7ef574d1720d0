import { Router } from 'express';
import type { HttpOptions } from '../dependencies.js';
import { malformedId, route } from '../http/define-route.js';
import { patientTimeout } from '../middleware/timeout.js';
import type { JobResponses } from './shared/job-responses.js';

/** `GET /v1/download/status/:jobId`: a router of its own, because it gets more requests than all others together. */
export function statusRoutes({ requestTimeoutMs }: HttpOptions, responses: JobResponses): Router {
  const router = Router();
  route(router, '/v1/download/status/:jobId', {
    get: [
      patientTimeout(requestTimeoutMs),
      async (req, res) => responses.sendStatus(req, res, await responses.awaitedViewOf(req, res)),
    ],
  });
  router.use('/v1/download/status', malformedId);
  return router;
}
