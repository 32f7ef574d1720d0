import express, { type Express } from 'express';
import helmet from 'helmet';
import { authenticated } from './auth/authenticated.js';
import { signedIn } from './auth/signed-in.js';
import { ticketed } from './auth/ticketed.js';
import type { AppDependencies } from './dependencies.js';
import { problems, routeNotFound } from './http/problems.js';
import { corsFor } from './middleware/cors.js';
import { validHost } from './middleware/host.js';
import { hsts } from './middleware/hsts.js';
import { noStore } from './middleware/no-store.js';
import { observed } from './middleware/observed.js';
import { pageOrigin } from './middleware/page-origin.js';
import { rateLimited, rateLimitedByAddress } from './middleware/rate-limit.js';
import { requestId } from './middleware/request-id.js';
import { refusedWhenOverloaded } from './middleware/overloaded.js';
import { traced } from './middleware/traced.js';
import { requestLog } from './middleware/request-log.js';
import { openApiDocument } from './openapi/document.js';
import { operationsOf } from './openapi/operations.js';
import { adminRoutes } from './routes/admin.js';
import { assetRoutes } from './routes/assets.js';
import { docsRoutes } from './routes/docs.js';
import { downloadRoutes } from './routes/downloads.js';
import { estimateRoutes } from './routes/estimate.js';
import { fileRoutes } from './routes/files.js';
import { healthRoutes } from './routes/health.js';
import { jobRoutes } from './routes/jobs.js';
import { listRoutes } from './routes/list.js';
import { meRoutes } from './routes/me.js';
import { objectRoutes } from './routes/objects.js';
import { retryRoutes } from './routes/retry.js';
import { rootRoutes } from './routes/root.js';
import { JobResponses } from './routes/shared/job-responses.js';
import { StartJob } from './routes/shared/start-job.js';
import { signInRoutes } from './routes/sign-in.js';
import { startRoutes } from './routes/start.js';
import { statusRoutes } from './routes/status.js';
import { streamRoutes } from './streams/stream-routes.js';

/** No upgrade to HTTPS: the proxy that terminates TLS decides that for the whole domain. */
const HELMET = {
  strictTransportSecurity: false,
  contentSecurityPolicy: { directives: { upgradeInsecureRequests: null } },
} as const;

/** Creates the HTTP API as an Express application that does not listen yet. */
export function createApp(deps: AppDependencies): Express {
  const app = express();
  const responses = new JobResponses(deps);
  const startJob = new StartJob(deps);
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', deps.http.trustProxy);
  if (deps.metrics) app.use(observed(deps.metrics));
  app.use(
    requestId,
    ...(deps.tracing ? [traced(deps.tracing)] : []),
    requestLog(deps.logger),
    helmet(HELMET),
    hsts,
    corsFor(deps.http.corsOrigins),
    validHost,
    refusedWhenOverloaded(deps.overload),
  );
  app.use('/v1', noStore);
  const limitedByAddress = rateLimitedByAddress(deps.rateLimit);
  if (deps.localLinks) app.use('/v1/objects', limitedByAddress).use(objectRoutes(deps.localLinks));
  const authenticate = signedIn(deps, authenticated(deps.authenticator));
  const authentication = rateLimited(deps.rateLimit, ticketed(deps.tickets, authenticate));
  // Before the authentication of all other routes: a sign-out needs none.
  app.use(signInRoutes(deps, responses, { authentication, limitedByAddress }));
  app.use('/v1', authentication);
  app.use(statusRoutes(deps.http, responses));
  app.use('/v1', pageOrigin(deps.http), fileRoutes(deps), listRoutes(deps, responses), meRoutes(deps));
  // Before `/v1/download/:jobId`, otherwise `jobs` would match as an id.
  app.use('/v1/download', jobRoutes(deps, responses, startJob), streamRoutes(deps, responses));
  app.use('/v1/download', startRoutes(deps, responses, startJob), estimateRoutes(deps, startJob));
  app.use('/v1/download', retryRoutes(deps, responses), downloadRoutes(deps, responses, startJob));
  app.use('/v1/admin', adminRoutes(deps));
  // After the frequent routes, because every layer before a route costs time for each of its requests.
  app.use(healthRoutes(deps));
  app.use(assetRoutes(deps));
  app.use(limitedByAddress);
  app.use(rootRoutes(deps));
  app.use(
    docsRoutes(openApiDocument({ ...deps, operations: operationsOf(deps), publicUrl: deps.http.publicUrl })),
  );
  app.use(routeNotFound);
  app.use(problems(deps.logger));
  return app;
}
