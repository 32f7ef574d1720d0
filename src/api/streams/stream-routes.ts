import { Router } from 'express';
import type { AppDependencies } from '../dependencies.js';
import { malformedId, route } from '../http/define-route.js';
import type { JobResponses } from '../routes/shared/job-responses.js';
import { JobEvents } from './job-events.js';
import { JobSockets } from './job-sockets.js';

/** Streams every change of a job, as server-sent events and over a WebSocket. */
export function streamRoutes(
  deps: Pick<AppDependencies, 'streams' | 'http'>,
  responses: JobResponses,
): Router {
  const router = Router();
  route(router, '/jobs/:jobId/events', { get: [new JobEvents(deps, responses).follow] });
  route(router, '/jobs/:jobId/stream', { get: [new JobSockets(deps, responses).follow] });
  router.use('/jobs', malformedId);
  return router;
}
