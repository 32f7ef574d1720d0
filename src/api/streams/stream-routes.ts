import { Router } from 'express';
import type { AppDependencies } from '../dependencies.js';
import { JobResponses } from '../routes/shared/job-responses.js';
import { malformedId } from '../http/malformed-id.js';
import { route } from '../http/define-route.js';
import { JobEvents } from './job-events.js';
import { JobSockets } from './job-sockets.js';

/** The two ways to be told of every change of a job. */
export function streamRoutes(deps: AppDependencies): Router {
  const router = Router();
  const answers = new JobResponses(deps);
  route(router, '/jobs/:jobId/events', { get: [new JobEvents(deps, answers).follow] });
  route(router, '/jobs/:jobId/stream', { get: [new JobSockets(deps, answers).follow] });
  router.use('/jobs', malformedId);
  return router;
}
