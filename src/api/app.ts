import express, { type Express } from 'express';
import helmet from 'helmet';
import type { AppDependencies } from './dependencies.js';
import { authenticated } from './auth/authenticated.js';
import { corsFor } from './middleware/cors.js';
import { validHost } from './middleware/host.js';
import { openApiDocument } from './openapi/document.js';
import { operationsOf } from './openapi/operations.js';
import { noStore } from './middleware/no-store.js';
import { problems, routeNotFound } from './http/problems.js';
import { rateLimited } from './middleware/rate-limit.js';
import { requestId } from './middleware/request-id.js';
import { ticketed } from './auth/ticketed.js';
import { adminRoutes } from './routes/admin.js';
import { docsRoutes } from './routes/docs.js';
import { downloadRoutes } from './routes/downloads.js';
import { estimateRoutes } from './routes/estimate.js';
import { fileRoutes } from './routes/files.js';
import { healthRoutes } from './routes/health.js';
import { jobRoutes } from './routes/jobs.js';
import { objectRoutes } from './routes/objects.js';
import { rootRoutes } from './routes/root.js';
import { startRoutes } from './routes/start.js';
import { statusRoutes } from './routes/status.js';
import { streamRoutes } from './streams/stream-routes.js';

/** Whether all of a domain is HTTPS only is for whoever terminates TLS to say, not for one service on it. */
const HELMET = {
  strictTransportSecurity: false,
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
} as const;

/** The HTTP API as an Express application that does not listen. */
export function createApp(deps: AppDependencies): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', deps.http.trustProxy);
  app.use(requestId, helmet(HELMET), corsFor(deps.http.corsOrigins), validHost);
  app.use('/v1', noStore);
  if (deps.localLinks) app.use(objectRoutes(deps.localLinks));
  app.use('/v1', rateLimited(deps.rateLimit, ticketed(deps.tickets, authenticated(deps.authenticator))));
  app.use(statusRoutes(deps));
  app.use('/v1', fileRoutes(deps));
  // Before `/v1/download/:jobId`, which `jobs` would be an id for.
  app.use('/v1/download', jobRoutes(deps), streamRoutes(deps), startRoutes(deps), estimateRoutes(deps));
  app.use('/v1/download', downloadRoutes(deps));
  app.use('/v1/admin', adminRoutes(deps));
  // Behind what is asked for all the time: every layer before a route costs each request to it.
  app.use(healthRoutes(deps));
  app.use(rootRoutes(deps));
  app.use(
    docsRoutes(openApiDocument({ ...deps, operations: operationsOf(deps), publicUrl: deps.http.publicUrl })),
  );
  app.use(routeNotFound);
  app.use(problems(deps.logger));
  return app;
}
