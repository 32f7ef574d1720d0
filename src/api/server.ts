import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { safeEntryName } from '../archive/entry-names.js';
import { ensureDataFolder } from '../config/data-folder.js';
import { assertFilesFolder } from '../config/files-folder.js';
import { load, loadSettings, loadTogether, type Settings, SettingsError } from '../config/env.js';
import type { JobPolicy } from '../contract/job.js';
import { DownloadEstimator } from '../lookup/estimator.js';
import { Overload, watchEventLoop } from '../concurrency/overload.js';
import { BuildQueueLimit } from '../temporal/build-queue-limit.js';
import { grpcRetries } from '../temporal/grpc-retries.js';
import { ClockWatch } from '../runtime/clock-watch.js';
import { buildInfo, versionOf } from '../runtime/build-info.js';
import { listen, listenForMetrics } from '../runtime/listen.js';
import { silenceSdkNodeWarning } from '../runtime/sdk-warnings.js';
import { shutDown, shutdownRequested } from '../runtime/shutdown.js';
import { callbackRefusal } from '../outbound/callback-refusal.js';
import { measuredHttp } from '../outbound/measured-http.js';
import { UrlGuard } from '../outbound/url-guard.js';
import { createSource } from '../source/create-source.js';
import { FileListing } from '../source/objects/file-listing.js';
import { FileCheck } from '../lookup/check-file.js';
import { keptProbe } from '../storage/capability-probe.js';
import { createApiStores, localLinksOf, sourceFilesOf } from '../storage/create-store.js';
import type { SigningSecrets } from '../secrets/signed-token.js';
import { loadPersistentSecret } from '../secrets/persistent-secret.js';
import type { SourceFiles } from '../storage/folder/folder-files.js';
import { storeObservers } from '../storage/store-observer.js';
import { StoreWatch } from '../storage/store-watch.js';
import { createLogger, createServiceLogger } from '../telemetry/logger.js';
import { API_METRICS } from '../telemetry/metrics/api-metrics.js';
import { createMetricsServer } from '../telemetry/metrics/metrics-server.js';
import { observe } from '../telemetry/metrics/observe.js';
import { measuredCalls } from '../temporal/telemetry/measured-calls.js';
import { TemporalGauges } from '../temporal/telemetry/temporal-gauges.js';
import { type TemporalConnection, temporalConnection } from '../temporal/connection.js';
import { createTracing } from '../telemetry/tracing/create-tracing.js';
import { tracedStarts } from '../temporal/telemetry/traced-starts.js';
import { WorkerPresence } from '../temporal/worker-presence.js';
import { countedJobs } from '../jobs/counted-jobs.js';
import { type StatusReads, UNCOUNTED } from '../jobs/status/status-reads.js';
import { Admission } from '../jobs/admission.js';
import { storeView } from '../jobs/store-view.js';
import { ArchivePresence } from '../jobs/archive-presence.js';
import { ApiKeysError } from './auth/api-keys.js';
import { createAuthenticator } from './auth/create-authenticator.js';
import { createApp } from './app.js';
import type { AppDependencies } from './dependencies.js';
import { SignIns } from './auth/sign-ins.js';
import { StreamTickets } from './auth/stream-tickets.js';
import { type FileList, NoFileList } from '../jobs/file-ports.js';
import { Health } from './health.js';
import { closeNodeServer, createNodeServer, drainNodeServer } from './http/node-server.js';
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
  { store, links, authenticator, ticketSecrets, logger, observed, tracing }: Loaded,
): Promise<void> {
  const { connectionOptions, namespace } = temporal;
  const measure = observed?.instruments;
  const requested = shutdownRequested();
  // Lazy, so that an API that starts before Temporal responds 503 until Temporal is available.
  const connection = Connection.lazy({
    ...connectionOptions,
    interceptors: [grpcRetries(), ...(measure ? [measuredCalls(measure.temporalCalls)] : [])],
  });
  const client = new Client({
    connection,
    namespace,
    ...(tracing && { interceptors: { workflow: [tracedStarts(tracing)] } }),
  });
  const queues = new TemporalUserQueues(client, logger, settings.http.requestTimeoutMs);
  const files = sourceFilesOf(settings.catalogue.folder, settings.store, store);
  const { catalogue, source } = createSource(
    settings,
    files,
    observed && ((http, purpose) => measuredHttp(http, observed.outbound(purpose))),
  );
  const watch = new StoreWatch(store, logger, new ClockWatch('the object store', logger));
  const checks = {
    storage: () => watch.check(2_000),
    temporal: async () => void (await connection.healthService.check({})),
  };
  const workers = new WorkerPresence(connection, namespace, new ClockWatch('Temporal', logger));
  let stopping = false;
  const transferRate = new TransferRate();
  const archives = new ArchivePresence(links);
  const overload = new Overload(settings.http.maxEventLoopDelayMs);
  const statusReads: StatusReads = measure
    ? { served: (from, stale) => measure.statusReads.add({ source: from, stale: stale ? 'true' : 'false' }) }
    : UNCOUNTED;
  const cachedJobs = new CachedJobs(
    new TemporalJobs({
      client,
      logger,
      queues,
      admission: new Admission(queues, settings.job.maxQueued),
      archives,
      buildQueue: new BuildQueueLimit(client, settings.job.maxQueueAgeMs),
      isCapped: settings.job.maxRunning > 0,
      statusReads,
    }),
    Date.now,
    transferRate,
    statusReads,
    () => overload.isOverloaded,
  );
  const jobs = measure
    ? countedJobs(cachedJobs, ({ archive: { format }, priority }) =>
        measure.jobsCreated.add({ format, priority }),
      )
    : cachedJobs;
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
    store: {
      read: (key, options) => store.read(key, options),
      signedLink: (key, options) => links.signedLink(key, options),
    },
    storeView: async () => storeView(store.knownCapabilities, await keptProbe(store)),
    archives,
    storeOrigin: () => links.linkOrigin(),
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
    overload,
    version: versionOf(),
    logger,
    ...(measure && { metrics: measure }),
    ...(tracing && { tracing }),
  };
  if (observed) {
    const gauges = new TemporalGauges(client, observed.instruments, () => workers.count());
    observed.metrics.beforeScrape(() => gauges.refresh());
    observed.metrics.beforeScrape(() => {
      observed.instruments.webSockets.set({}, streams.sizeOf('websocket'));
      observed.instruments.eventStreams.set({}, streams.sizeOf('events'));
    });
    await listenForMetrics(createMetricsServer(observed.metrics), settings.metrics, logger);
  }
  const server = createNodeServer(createApp(deps));
  await listen(server, { ...settings.http, settings: { port: 'PORT', host: 'HOST' } });
  logger.info({ port: settings.http.port }, 'api ready');
  watchEventLoop(overload);
  if (!existsSync(join(PAGE_FOLDER, 'index.html'))) logger.warn('the page is not built: run npm run build');
  // Also without probes, otherwise operators would not learn of a wrong clock or of a store that does not work.
  void deps.health.report();
  setInterval(() => void deps.health.report(), SELF_CHECK_MS).unref();
  logger.info({ reason: await requested }, 'api shutting down');
  stopping = true;
  await shutDown(
    [
      // First, because streams that reconnect while this server takes connections may come back to it.
      { name: 'drain', run: () => drainNodeServer(server, settings.shutdownDrainMs) },
      {
        name: 'restart streams',
        run: async () => {
          watchers.close();
          // Streams still open after 3 s are destroyed, so they cannot delay the shutdown of ordinary requests.
          streams.restart();
        },
      },
      { name: 'finish requests', run: () => closeNodeServer(server, settings.shutdownGraceMs) },
      { name: 'send traces', run: async () => tracing?.stop() },
    ],
    (phase, error) => logger.error({ err: error, phase }, 'shutdown phase failed'),
  );
  // The Temporal client retries unanswered calls beyond their deadline, and would throw once its connection is closed.
  process.exit();
}

type Loaded = Awaited<ReturnType<typeof loadFiles>>;

/** Loads everything that files on disk configure, so that all problems are reported together. */
async function loadFiles(settings: Settings) {
  const logger = createServiceLogger({ ...settings.log, version: versionOf() }, 'longhaul-api');
  const observed = settings.metrics.port === undefined ? undefined : observe(API_METRICS, buildInfo());
  const tracing = await createTracing(
    settings.tracing,
    { service: 'longhaul-api', version: versionOf() },
    logger,
  );
  const observer = storeObservers(observed?.store, tracing?.storeRequest.bind(tracing));
  const folder =
    settings.store.kind === 'file' ? ensureDataFolder(settings.store.dataDir) : Promise.resolve();
  const [{ store, links }, ticketSecrets, authenticator] = await loadTogether(
    folder.then(() => createApiStores(settings.store, settings.http.publicUrl, observer)),
    folder.then(() => ticketSecretsOf(settings)),
    createAuthenticator(settings.auth, logger).catch((error: unknown) => {
      throw error instanceof ApiKeysError ? new SettingsError(error.problems) : error;
    }),
    assertFilesFolder(settings),
  );
  return { store, links, ticketSecrets, authenticator, logger, observed, tracing };
}

function policyOf({
  job: { maxFiles: _files, maxQueued: _queued, maxQueueAgeMs: _age, ...policy },
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
