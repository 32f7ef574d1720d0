import { Router } from 'express';
import type { AppDependencies } from '../dependencies.js';
import { JobResponses } from './shared/job-responses.js';
import { malformedId } from '../http/malformed-id.js';
import { patientTimeout } from '../middleware/timeout.js';
import { route } from '../http/define-route.js';

/** `GET /v1/download/status/:jobId`, by itself: it is asked for more often than all other routes together. */
export function statusRoutes(deps: AppDependencies): Router {
  const router = Router();
  const answers = new JobResponses(deps);
  route(router, '/v1/download/status/:jobId', {
    get: [
      patientTimeout(deps.http.requestTimeoutMs),
      async (req, res) => answers.sendStatus(req, res, await answers.awaitedViewOf(req, res)),
    ],
  });
  router.use('/v1/download/status', malformedId);
  return router;
}
