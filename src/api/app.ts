import express, { type Express } from 'express';
import helmet from 'helmet';
import type { Logger } from '../telemetry/logger.js';
import type { JobPolicy } from '../contract/types.js';
import type { CallbackRefusal } from '../outbound/callback-refusal.js';
import type { Downloads } from './downloads.js';
import type { Estimator } from './estimator.js';
import type { FileList } from './file-list.js';
import type { FileLookup } from './file-lookup.js';
import type { Health } from './health.js';
import type { JobList } from './job-list.js';
import type { JobWatchers } from './job-watchers.js';
import type { LinkSigner } from './links.js';
import type { OperatorJobs } from './operator-jobs.js';
import { authenticated } from './middleware/authenticated.js';
import { corsFor } from './middleware/cors.js';
import { validHost } from './middleware/host.js';
import { openApiDocument } from './openapi/document.js';
import { operationsOf } from './openapi/operations.js';
import { noStore } from './middleware/no-store.js';
import { problems, routeNotFound } from './middleware/problems.js';
import { type RateLimit, rateLimited } from './middleware/rate-limit.js';
import { requestId } from './middleware/request-id.js';
import { ticketed } from './middleware/ticketed.js';
import { adminRoutes } from './routes/admin.js';
import { docsRoutes } from './routes/docs.js';
import { downloadRoutes } from './routes/downloads.js';
import { estimateRoutes } from './routes/estimate.js';
import { fileRoutes } from './routes/files.js';
import { healthRoutes } from './routes/health.js';
import { jobRoutes } from './routes/jobs.js';
import { type LocalLinks, objectRoutes } from './routes/objects.js';
import { rootRoutes } from './routes/root.js';
import { startRoutes } from './routes/start.js';
import { statusRoutes } from './routes/status.js';
import type { StreamHub } from './streams/stream-hub.js';
import { streamRoutes } from './streams/stream-routes.js';
import type { Authenticator } from './principal.js';
import type { OutcomeStore } from './recorded-outcomes.js';
import type { StreamTickets } from './auth/stream-tickets.js';

/** What the API is made of; the composition root makes it. */
export interface AppDependencies {
  downloads: Downloads;
  jobs: JobList;
  operatorJobs: OperatorJobs;
  authenticator: Authenticator;
  /** How clients prove who they are, for the document that tells them. */
  authMode: 'none' | 'api-key' | 'jwt';
  tickets: StreamTickets;
  watchers: JobWatchers;
  streams: StreamHub;
  files: FileLookup;
  estimator: Estimator;
  fileList: FileList;
  store: LinkSigner & OutcomeStore;
  /** Serves the links of a store that has no server of its own. */
  localLinks?: LocalLinks;
  health: Health;
  readiness: Health;
  policy: JobPolicy;
  limits: { maxFiles: number; maxQueued: number };
  rateLimit: RateLimit;
  callbackRefusal: CallbackRefusal;
  http: HttpOptions;
  version: string;
  logger: Logger;
}

export interface HttpOptions {
  /** Where clients reach this API; taken from each request when undefined. */
  publicUrl: string | undefined;
  /** Proxies in front, whose forwarded headers are believed. */
  trustProxy: number;
  corsOrigins: readonly string[];
  requestTimeoutMs: number;
  linkTtlSeconds: number;
}

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
