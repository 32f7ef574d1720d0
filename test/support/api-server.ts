import { Overload } from '../../src/concurrency/overload.js';
import { pino } from 'pino';
import { createApp } from '../../src/api/app.js';
import type { AppDependencies } from '../../src/api/dependencies.js';
import { NoAuthenticator } from '../../src/api/auth/no-authenticator.js';
import { SignIns } from '../../src/api/auth/sign-ins.js';
import { StreamTickets } from '../../src/api/auth/stream-tickets.js';
import { NoFileList } from '../../src/jobs/file-ports.js';
import { Health } from '../../src/api/health.js';
import { createNodeServer } from '../../src/api/http/node-server.js';
import { storeView } from '../../src/jobs/store-view.js';
import { JobWatchers } from '../../src/jobs/status/job-watchers.js';
import { StreamHub } from '../../src/api/streams/stream-hub.js';
import { jobNotFound } from '../../src/contract/errors.js';
import { aJob } from './jobs.js';
import { close, exchange, listen } from './raw-http.js';

/** The API on a real port, with the dependencies of a test. */
export interface ApiServer {
  baseUrl: string;
  /** Its log, as JSON lines. */
  lines: string[];
  /** Sends raw bytes and returns everything received until the connection closes. */
  raw(request: string): Promise<string>;
  stop(): Promise<void>;
}

const SECRETS = ['a secret of thirty-two characters'] as const;

const notFound = () => Promise.reject(jobNotFound());

/** Dependencies without jobs and files. Override those that a test needs. */
export function appDependencies(changes: Partial<AppDependencies> = {}): AppDependencies {
  const health = new Health({});
  const jobs = changes.jobs ?? { start: notFound, view: notFound, cancel: notFound, files: notFound };
  const watchers = new JobWatchers(jobs);
  return {
    jobs,
    watchers,
    streams: new StreamHub(watchers),
    jobList: { list: async () => ({ jobs: [], nextCursor: null }) },
    operatorJobs: {
      failed: async () => ({ jobs: [], nextCursor: null }),
      show: notFound,
      terminate: notFound,
    },
    authenticator: new NoAuthenticator([]),
    authMode: 'none',
    signIn: { url: undefined },
    signIns: new SignIns(SECRETS, 43_200_000, undefined),
    tickets: new StreamTickets(SECRETS),
    files: { lookUp: async () => undefined },
    fileList: new NoFileList('There are no files.'),
    estimator: { estimate: notFound },
    transferRate: { recent: null },
    callbackRefusal: () => undefined,
    rateLimit: { windowMs: 60_000, maxRequests: 0 },
    store: { signedLink: notFound, read: notFound },
    storeView: async () => storeView(null, null),
    archives: { isGone: async () => false },
    storeOrigin: async () => null,
    pageFolder: '/nonexistent',
    webUi: { url: undefined, namespace: 'default' },
    health,
    readiness: health,
    policy: aJob().policy,
    limits: { maxFiles: 100, maxQueued: 100 },
    http: {
      publicUrl: undefined,
      trustProxy: 0,
      corsOrigins: ['*'],
      requestTimeoutMs: 5_000,
      linkTtlSeconds: 300,
    },
    overload: new Overload(400),
    version: '0.0.0',
    logger: pino({ level: 'silent' }),
    ...changes,
  };
}

/** Starts the API on a free port. */
export async function startApiServer(changes: Partial<AppDependencies> = {}): Promise<ApiServer> {
  const lines: string[] = [];
  const logger = pino({ level: 'debug' }, { write: (line: string) => void lines.push(line) });
  const server = createNodeServer(createApp(appDependencies({ logger, ...changes })));
  const port = await listen(server);
  return {
    baseUrl: `http://127.0.0.1:${port}`,
    lines,
    raw: (request) => exchange(port, request),
    stop: () => close(server),
  };
}
