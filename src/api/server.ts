import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { loadSettings, type Settings, SettingsError } from '../config/env.js';
import type { JobPolicy } from '../contract/types.js';
import { shutDown, shutdownRequested } from '../lifecycle/shutdown.js';
import { ObjectSource } from '../source/object-source.js';
import { SourceLookup } from '../source/source-lookup.js';
import { TemplateCatalogue } from '../source/template-catalogue.js';
import { createObjectStore, localLinksOf } from '../storage/create-store.js';
import { createLogger, type Logger } from '../telemetry/logger.js';
import { temporalConnection } from '../temporal/connection.js';
import { assertWorkersPoll } from '../temporal/pollers.js';
import { type AppDependencies, createApp } from './app.js';
import { NoAuthenticator } from './auth/no-authenticator.js';
import { StreamTickets } from './auth/stream-tickets.js';
import { Health } from './health.js';
import { JobWatchers } from './job-watchers.js';
import { StreamHub } from './streams/stream-hub.js';
import { StreamSockets } from './streams/stream-sockets.js';
import { TemporalDownloads } from './temporal-downloads.js';

const HEADERS_TIMEOUT_MS = 10_000;

/** Share of the request timeout that starting a job may use, so that its failure is still answered in time. */
const START_SHARE = 0.8;

/** Serves until it is told to stop. Holds no state: any number of them may run, and any of them may be killed. */
async function main(settings: Settings, logger: Logger): Promise<void> {
  const { connectionOptions, namespace } = temporalConnection();
  // Lazy: an API that starts before Temporal answers 503 until Temporal is there, and then recovers by itself.
  const connection = Connection.lazy(connectionOptions);
  const client = new Client({ connection, namespace });
  const store = await createObjectStore(settings.store, settings.http.publicUrl);
  const checks = {
    storage: () => store.check(AbortSignal.timeout(2_000)),
    temporal: async () => void (await connection.healthService.check({})),
  };
  let stopping = false;
  const downloads = new TemporalDownloads({
    client,
    logger,
    startDeadlineMs: settings.http.requestTimeoutMs * START_SHARE,
  });
  const watchers = new JobWatchers(downloads);
  const streams = new StreamHub(watchers);
  const deps: AppDependencies = {
    downloads,
    watchers,
    streams,
    authenticator: new NoAuthenticator(settings.auth.adminUsers),
    tickets: streamTickets(settings),
    files: new SourceLookup(new TemplateCatalogue(), new ObjectSource(store)),
    store,
    ...localLinksOf(store),
    health: new Health({ ...checks, worker: () => assertWorkersPoll(connection, namespace) }),
    readiness: new Health({
      ...checks,
      server: async () => {
        if (stopping) throw new Error('shutting down');
      },
    }),
    policy: policyOf(settings),
    limits: settings.job,
    http: settings.http,
    version: versionOf(),
    logger,
  };
  const server = createServer({ headersTimeout: HEADERS_TIMEOUT_MS }, createApp(deps));
  const sockets = new StreamSockets(deps);
  server.on('upgrade', (req, socket, head) => void sockets.upgrade(req, socket, head));
  await listen(server, settings.http);
  logger.info({ port: settings.http.port }, 'api ready');
  logger.info({ reason: await shutdownRequested() }, 'api shuts down');
  stopping = true;
  await shutDown(
    [
      {
        name: 'send streams elsewhere',
        run: async () => {
          streams.restart();
          watchers.close();
        },
      },
      { name: 'finish requests', run: () => close(server, settings.shutdownGraceMs) },
      { name: 'cut streams', run: async () => streams.cut() },
      { name: 'close connections', run: () => connection.close() },
    ],
    (phase, error) => logger.error({ err: error, phase }, 'shutdown phase failed'),
  );
}

function policyOf({
  job: { maxFiles: _files, maxQueued: _queued, ...policy },
  webhooks,
}: Settings): JobPolicy {
  return { ...policy, operatorWebhook: webhooks.operatorUrl !== undefined };
}

/** Of this process alone when no secret is set, which is good enough for one API server without authentication. */
function streamTickets({ auth: { streamTicketSecrets } }: Settings): StreamTickets {
  const [first = randomBytes(32).toString('base64url'), ...older] = streamTicketSecrets;
  return new StreamTickets([first, ...older]);
}

function versionOf(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

function listen(server: Server, { port, host }: { port: number; host: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      reject(
        taken ? new SettingsError([`PORT ${port} is in use: choose another, or stop what uses it`]) : error,
      );
    });
    server.listen(port, host, resolve);
  });
}

/** Lets requests under way finish, idle connections go at once, and cuts what is left after the grace time. */
async function close(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  server.closeIdleConnections();
  const late = new AbortController();
  await Promise.race([closed, delay(graceMs, undefined, { signal: late.signal }).catch(() => {})]);
  late.abort();
  server.closeAllConnections();
  await closed;
}

try {
  const settings = loadSettings();
  await main(settings, createLogger(settings.logLevel, 'longhaul-api'));
} catch (error) {
  if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`);
  else createLogger('error', 'longhaul-api').fatal({ err: error }, 'api stopped');
  process.exitCode = 1;
}
