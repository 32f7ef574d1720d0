import type { Overload } from '../concurrency/overload.js';
import type { Logger } from '../telemetry/logger.js';
import type { Tracing } from '../telemetry/tracing/tracing.js';
import type { AdminStore } from '../contract/http/admin-schemas.js';
import type { JobPolicy } from '../contract/job.js';
import type { CallbackRefusal } from '../outbound/callback-refusal.js';
import type { Jobs } from '../jobs/jobs.js';
import type { Estimator, FileList, FileLookup } from '../jobs/file-ports.js';
import type { Health } from './health.js';
import type { JobList } from '../jobs/job-list.js';
import type { JobWatchers } from '../jobs/status/job-watchers.js';
import type { ArchivePresence } from '../jobs/archive-presence.js';
import type { TransferRate } from '../jobs/status/transfer-rate.js';
import type { LinkSigner } from '../jobs/archive-link.js';
import type { OperatorJobs } from '../jobs/operator-jobs.js';
import type { RequestMetrics } from './middleware/observed.js';
import type { RateLimit } from './middleware/rate-limit.js';
import type { LocalLinks } from './routes/objects.js';
import type { StreamHub } from './streams/stream-hub.js';
import type { Authenticator } from './auth/principal.js';
import type { OutcomeStore } from '../jobs/outcomes-page.js';
import type { SignIns } from './auth/sign-ins.js';
import type { StreamTickets } from './auth/stream-tickets.js';

/** Dependencies of the API, wired in `wiring/app-dependencies.ts`. */
export interface AppDependencies {
  jobs: Jobs;
  jobList: JobList;
  operatorJobs: OperatorJobs;
  authenticator: Authenticator;
  /** Documented in the OpenAPI document. */
  authMode: 'none' | 'api-key' | 'jwt';
  signIn: {
    /** The page at which a person signs in; undefined if there is none. */
    url: string | undefined;
  };
  signIns: SignIns;
  tickets: StreamTickets;
  watchers: JobWatchers;
  streams: StreamHub;
  files: FileLookup;
  estimator: Estimator;
  transferRate: Pick<TransferRate, 'recent'>;
  fileList: FileList;
  store: LinkSigner & OutcomeStore;
  /** Tells operators what the store can do. */
  storeView: () => Promise<AdminStore>;
  /** Shared, because it keeps answers. */
  archives: Pick<ArchivePresence, 'isGone'>;
  /** Origin of the links to archives; null for our own. */
  storeOrigin: () => Promise<string | null>;
  /** Serves the links of a file store, which has no server of its own. */
  localLinks?: LocalLinks;
  /** The built page: `index.html` and `assets/`. May be missing. */
  pageFolder: string;
  /** Console of the operators. */
  webUi: {
    /** Base URL of the Temporal Web UI. */
    url: string | undefined;
    namespace: string;
  };
  health: Health;
  readiness: Health;
  policy: JobPolicy;
  limits: { maxFiles: number; maxQueued: number };
  rateLimit: RateLimit;
  callbackRefusal: CallbackRefusal;
  http: HttpOptions;
  overload: Overload;
  /** Absent while tracing is off. */
  tracing?: Tracing;
  version: string;
  logger: Logger;
  /** Absent without METRICS_PORT. */
  metrics?: RequestMetrics;
}

export interface HttpOptions {
  /** Base URL of this API for clients; derived from each request when undefined. */
  publicUrl: string | undefined;
  /** Number of proxies whose `X-Forwarded-*` headers are trusted. */
  trustProxy: number;
  corsOrigins: readonly string[];
  requestTimeoutMs: number;
  linkTtlSeconds: number;
}
