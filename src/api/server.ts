import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { safeEntryName } from '../archive/entry-names.js';
import { ensureDataFolder } from '../config/data-folder.js';
import { assertFilesFolder } from '../config/files-folder.js';
import { load, loadSettings, loadTogether, type Settings, SettingsError } from '../config/env.js';
import type { JobPolicy } from '../contract/job.js';
import { DownloadEstimator } from '../lookup/estimator.js';
import { ClockWatch } from '../runtime/clock-watch.js';
import { silenceSdkNodeWarning } from '../runtime/sdk-warnings.js';
import { shutDown, shutdownRequested } from '../runtime/shutdown.js';
import { callbackRefusal } from '../outbound/callback-refusal.js';
import { UrlGuard } from '../outbound/url-guard.js';
import { createSource } from '../source/create-source.js';
import { FileListing } from '../source/objects/file-listing.js';
import { FileCheck } from '../lookup/check-file.js';
import { createObjectStore, localLinksOf, sourceFilesOf } from '../storage/create-store.js';
import type { SigningSecrets } from '../secrets/signed-token.js';
import { loadPersistentSecret } from '../secrets/persistent-secret.js';
import type { SourceFiles } from '../storage/folder/folder-files.js';
import { StoreWatch } from '../storage/store-watch.js';
import { createLogger } from '../telemetry/logger.js';
import { type TemporalConnection, temporalConnection } from '../temporal/connection.js';
import { WorkerPresence } from '../temporal/worker-presence.js';
import { Admission } from '../jobs/admission.js';
import { ArchivePresence } from '../jobs/archive-presence.js';
import { ApiKeysError } from './auth/api-keys.js';
import { createAuthenticator } from './auth/create-authenticator.js';
import { createApp } from './app.js';
import type { AppDependencies } from './dependencies.js';
import { SignIns } from './auth/sign-ins.js';
import { StreamTickets } from './auth/stream-tickets.js';
import { type FileList, NoFileList } from '../jobs/file-ports.js';
import { Health } from './health.js';
import { closeNodeServer, createNodeServer } from './http/node-server.js';
import { CachedJobs } from '../jobs/status/cached-jobs.js';
import { JobWatchers } from '../jobs/status/job-watchers.js';
import { TransferRate } from '../jobs/status/transfer-rate.js';
import { STREAM_LIMITS, StreamHub, type StreamLimits } from './streams/stream-hub.js';
import { TemporalJobs } from '../temporal/jobs/temporal-jobs.js';
import { TemporalJobList } from '../temporal/jobs/temporal-job-list.js';
import { TemporalUserQueues } from '../temporal/lanes/temporal-user-queues.js';
import { TemporalOperatorJobs } from '../temporal/jobs/temporal-operator-jobs.js';

/** Interval of the health checks that no probe asks for. The clocks are compared as exactly as this. */
const SELF_CHECK_MS = 15_000;

/** The page, as `npm run build` writes it. */
const PAGE_FOLDER = fileURLToPath(new URL('../web', import.meta.url));

/** Serves until a shutdown is requested. Holds no durable state: any number of servers may run, and any may be killed. */
async function main(
  settings: Settings,
  temporal: TemporalConnection,
  { store, authenticator, ticketSecrets, logger }: Loaded,
): Promise<void> {
  const { connectionOptions, namespace } = temporal;
  const requested = shutdownRequested();
  // Lazy, so that an API that starts before Temporal responds 503 until Temporal is available.
  const connection = Connection.lazy(connectionOptions);
  const client = new Client({ connection, namespace });
  const queues = new TemporalUserQueues(client, logger, settings.http.requestTimeoutMs);
  const files = sourceFilesOf(settings.catalogue.folder, settings.store, store);
  const { catalogue, source } = createSource(settings, files);
  const watch = new StoreWatch(store, logger, new ClockWatch('the object store', logger));
  const checks = {
    storage: () => watch.check(2_000),
    temporal: async () => void (await connection.healthService.check({})),
  };
  const workers = new WorkerPresence(connection, namespace, new ClockWatch('Temporal', logger));
  let stopping = false;
  const transferRate = new TransferRate();
  const archives = new ArchivePresence(store);
  const jobs = new CachedJobs(
    new TemporalJobs({
      client,
      logger,
      queues,
      admission: new Admission(queues, settings.job.maxQueued),
      archives,
      isCapped: settings.job.maxRunning > 0,
    }),
    Date.now,
    transferRate,
  );
  const watchers = new JobWatchers(jobs);
  const streams = new StreamHub(watchers, streamLimitsOf(settings));
  const deps: AppDependencies = {
    jobs,
    watchers,
    streams,
    authenticator,
    authMode: settings.auth.mode,
    signIn: { url: settings.auth.signInUrl },
    signIns: new SignIns(ticketSecrets, settings.auth.signInTtlMs, authenticator.keys),
    tickets: new StreamTickets(ticketSecrets),
    jobList: new TemporalJobList(client, queues),
    operatorJobs: new TemporalOperatorJobs(client),
    files: new FileCheck({ catalogue, source }),
    fileList: fileListOf(settings, files),
    estimator: new DownloadEstimator({ catalogue, source }),
    transferRate,
    store,
    archives,
    storeOrigin: () => store.linkOrigin(),
    ...localLinksOf(store),
    pageFolder: PAGE_FOLDER,
    webUi: { url: settings.temporalUiUrl, namespace },
    health: new Health({ ...checks, worker: () => workers.assertPresent() }),
    readiness: new Health({
      ...checks,
      server: async () => {
        if (stopping) throw new Error('shutting down');
      },
    }),
    policy: policyOf(settings),
    limits: settings.job,
    rateLimit: settings.rateLimit,
    callbackRefusal: callbackRefusal(
      new UrlGuard(settings.outbound.allowedHosts),
      settings.webhooks.secrets,
      logger,
    ),
    http: settings.http,
    version: versionOf(),
    logger,
  };
  const server = createNodeServer(createApp(deps));
  await listen(server, settings.http);
  logger.info({ port: settings.http.port }, 'api ready');
  if (!existsSync(join(PAGE_FOLDER, 'index.html'))) logger.warn('the page is not built: run npm run build');
  // Also without probes, otherwise operators would not learn of a wrong clock or of a store that does not work.
  void deps.health.report();
  setInterval(() => void deps.health.report(), SELF_CHECK_MS).unref();
  logger.info({ reason: await requested }, 'api shutting down');
  stopping = true;
  await shutDown(
    [
      {
        name: 'restart streams',
        run: async () => {
          watchers.close();
          // Streams still open after 3 s are destroyed, so they cannot delay the shutdown of ordinary requests.
          streams.restart();
        },
      },
      { name: 'finish requests', run: () => closeNodeServer(server, settings.shutdownGraceMs) },
    ],
    (phase, error) => logger.error({ err: error, phase }, 'shutdown phase failed'),
  );
  // The Temporal client retries unanswered calls beyond their deadline, and would throw once its connection is closed.
  process.exit();
}

type Loaded = Awaited<ReturnType<typeof loadFiles>>;

/** Loads everything that files on disk configure, so that all problems are reported together. */
async function loadFiles(settings: Settings) {
  const logger = createLogger(settings.logLevel, 'longhaul-api');
  const folder =
    settings.store.kind === 'file' ? ensureDataFolder(settings.store.dataDir) : Promise.resolve();
  const [store, ticketSecrets, authenticator] = await loadTogether(
    folder.then(() => createObjectStore(settings.store, settings.http.publicUrl)),
    folder.then(() => ticketSecretsOf(settings)),
    createAuthenticator(settings.auth, logger).catch((error: unknown) => {
      throw error instanceof ApiKeysError ? new SettingsError(error.problems) : error;
    }),
    assertFilesFolder(settings),
  );
  return { store, ticketSecrets, authenticator, logger };
}

function policyOf({
  job: { maxFiles: _files, maxQueued: _queued, ...policy },
  webhooks,
}: Settings): JobPolicy {
  return { ...policy, operatorWebhook: webhooks.operatorUrl !== undefined };
}

/** Without authentication all clients may be one user, so the limit per user does not apply. */
function streamLimitsOf({ auth: { mode } }: Settings): StreamLimits {
  return mode === 'none' ? { ...STREAM_LIMITS, perUser: STREAM_LIMITS.total } : STREAM_LIMITS;
}

async function ticketSecretsOf({ auth: { streamTicketSecrets }, store }: Settings): Promise<SigningSecrets> {
  const [first = await ticketSecretOf(store), ...older] = streamTicketSecrets;
  return [first, ...older];
}

function fileListOf({ catalogue }: Settings, files: SourceFiles): FileList {
  if (!catalogue.listing) return new NoFileList('The file list is disabled on this server.');
  if (catalogue.kind === 'template' && !catalogue.url) return new FileListing(files, safeEntryName);
  return new NoFileList('The files are in an external source, which cannot be listed.');
}

/** Servers that share a data folder share its secret. With S3 the secret is per process, which works for one server only. */
async function ticketSecretOf({ kind, dataDir }: Settings['store']): Promise<string> {
  return kind === 'file'
    ? loadPersistentSecret(dataDir, 'stream-ticket-secret')
    : randomBytes(32).toString('base64url');
}

function versionOf(): string {
  const file = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(file, 'utf8')) as { version: string }).version;
}

const LISTEN_PROBLEMS: Record<string, (port: number, host: string) => string> = {
  EADDRINUSE: (port) => `PORT ${port} is in use: choose another port, or stop the process that uses it`,
  EACCES: (port) => `PORT ${port} needs root privileges: choose a port above 1023`,
  EADDRNOTAVAIL: (_, host) => `HOST ${host} is not an address of this machine`,
  ENOTFOUND: (_, host) => `HOST ${host} does not resolve`,
  EAI_AGAIN: (_, host) => `HOST ${host} cannot be resolved now: check the DNS server`,
};

function listen(server: Server, { port, host }: { port: number; host: string }): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const problem = LISTEN_PROBLEMS[error.code ?? '']?.(port, host);
      reject(problem ? new SettingsError([problem]) : error);
    });
    server.listen(port, host, resolve);
  });
}

silenceSdkNodeWarning();
try {
  const wanted = load(loadSettings);
  const [settings, temporal, loaded] = await loadTogether(
    wanted,
    load(temporalConnection),
    wanted.then(loadFiles),
  );
  await main(settings, temporal, loaded);
} catch (error) {
  if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`);
  else createLogger('error', 'longhaul-api').fatal({ err: error }, 'api stopped');
  process.exitCode = 1;
}
