import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import {
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { createCallbackActivities } from './activities/deliver-callback.js';
import { createActivities, createSweepActivities } from './activities/index.js';
import { ensureDataFolder } from './config/data-folder.js';
import { assertFilesFolder } from './config/files-folder.js';
import { load, loadTogether, loadWorkerSettings, type Settings, SettingsError } from './config/env.js';
import { BUILD_TASK_QUEUE, CALLBACK_TASK_QUEUE, ORCHESTRATION_TASK_QUEUE } from './contract/names.js';
import { ClockWatch } from './runtime/clock-watch.js';
import { silenceSdkNodeWarning } from './runtime/sdk-warnings.js';
import { shutdownRequested } from './runtime/shutdown.js';
import { OutboundHttp } from './outbound/outbound-http.js';
import { UrlGuard } from './outbound/url-guard.js';
import { createSource } from './source/create-source.js';
import { createObjectStore, sourceFilesOf } from './storage/create-store.js';
import type { ObjectStore } from './storage/object-store.js';
import { StoreWatch } from './storage/store-watch.js';
import { createLogger, type Logger } from './telemetry/logger.js';
import { temporalLogger } from './telemetry/temporal-logger.js';
import { type TemporalConnection, temporalConnection } from './temporal/connection.js';
import { TemporalJobLookup } from './temporal/jobs/job-lookup.js';
import { warnOfShortRetention } from './temporal/setup/retention.js';
import { laneActivities } from './temporal/lanes/lane-activities.js';
import { ensureSearchAttributes } from './temporal/setup/search-attributes.js';
import { ensureSweepSchedule } from './temporal/setup/sweep-schedule.js';
import { TerminatedJobs } from './temporal/terminated-jobs.js';
import { WORKER_HEARTBEAT } from './temporal/worker-presence.js';

const WORKFLOW_BUNDLE = fileURLToPath(new URL('./workflow-bundle.js', import.meta.url));

/** Address that the Temporal SDK uses by default. */
const DEFAULT_ADDRESS = 'localhost:7233';

/** Maximum age of the byte progress in a status. */
const HEARTBEAT_THROTTLE = '2s';

/**
 * Concurrent polls. If a worker freezes or loses its connection, each open poll may hold one task until its heartbeat
 * timeout, and the job loses an attempt. One poll is enough for builds, which are long; short tasks need three, otherwise
 * they wait for the next poll.
 */
const BUILD_POLLERS = { type: 'simple-maximum', maximum: 1 } as const;
const LIGHT_POLLERS = { type: 'simple-maximum', maximum: 3 } as const;

/**
 * Concurrent lookups and other light activities. They mostly wait for the store, so many at once cost little. One job
 * takes up to 100, so a few large ones must leave room for small ones.
 */
const MAX_LIGHT_ACTIVITIES = 1_000;

/** Concurrent callback deliveries. A receiver that hangs occupies one for 15 s. */
const MAX_CALLBACKS = 50;

/** Time to hand builds over after the grace time. Needed only when the store aborts uploads slowly. */
const HANDOVER_MS = 20_000;

/** Interval in which a worker checks the store and compares its clock with the store's. */
const STORE_CHECK_INTERVAL_MS = 300_000;
const STORE_CHECK_MS = 10_000;

/**
 * Runs the workers until shutdown, from the moment the store can be used. Hands builds over to other workers if they
 * outlast the grace time.
 */
async function main(
  settings: Settings,
  temporal: TemporalConnection,
  store: ObjectStore,
  logger: Logger,
): Promise<void> {
  const { connectionOptions, namespace } = temporal;
  const stopping = new AbortController();
  let workers: Worker[] = [];
  const stopOnRequest = async () => {
    const reason = await shutdownRequested();
    logger.info({ reason, graceMs: settings.shutdownGraceMs }, 'worker shutting down');
    // Nothing to finish yet, and connecting or waiting for the store could take minutes.
    if (workers.length === 0) process.exit(0);
    stopping.abort();
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  void stopOnRequest();
  Runtime.install({
    logger: temporalLogger(logger),
    // Forwards native logs, otherwise the core writes its own format to the same output.
    telemetryOptions: {
      logging: { filter: makeTelemetryFilterString({ core: 'WARN', other: 'WARN' }), forward: {} },
    },
    workerHeartbeatInterval: WORKER_HEARTBEAT,
    shutdownSignals: [],
  });
  const connection = await NativeConnection.connect(connectionOptions).catch((cause: unknown) => {
    const address = connectionOptions.address ?? DEFAULT_ADDRESS;
    const advice = 'Start it, or correct TEMPORAL_ADDRESS and TEMPORAL_TLS*.';
    throw new Error(`Cannot connect to Temporal at ${address}. ${advice}`, { cause });
  });
  // A separate connection, because the client cannot classify the errors of a NativeConnection.
  const clientConnection = Connection.lazy(connectionOptions);
  let storeCheck: NodeJS.Timeout | undefined;
  try {
    await ensureSearchAttributes(connection, namespace);
    await warnOfShortRetention(connection, namespace, settings.job.ttlMs, logger);
    const client = new Client({ connection: clientConnection, namespace });
    if (settings.worker.role !== 'build') {
      await ensureSweepSchedule(client.schedule, settings.cleanupSchedule, logger);
    }
    const watch = new StoreWatch(store, logger, new ClockWatch('the object store', logger));
    await watch.untilUsable();
    storeCheck = setInterval(() => void watch.check(STORE_CHECK_MS).catch(() => {}), STORE_CHECK_INTERVAL_MS);
    workers = await createWorkers(settings, logger, connection, client, store);
    logger.info({ role: settings.worker.role }, 'worker ready');
    await Promise.all([
      ...workers.map((worker) => worker.run()),
      settings.worker.role !== 'build' && new TerminatedJobs(client, logger).watch(stopping.signal),
    ]);
  } finally {
    stopping.abort();
    clearInterval(storeCheck);
    await connection.close();
  }
}

async function createWorkers(
  settings: Settings,
  logger: Logger,
  connection: NativeConnection,
  client: Client,
  store: ObjectStore,
): Promise<Worker[]> {
  const files = sourceFilesOf(settings.catalogue.folder, settings.store, store);
  const { buildArchive, ...light } = createActivities({ ...createSource(settings, files), store, logger });
  const sweep = createSweepActivities({
    store,
    jobs: new TemporalJobLookup(client),
    ttlMs: settings.job.ttlMs,
    now: Date.now,
    logger,
  });
  const common: Pick<WorkerOptions, 'connection' | 'namespace'> & Partial<WorkerOptions> = {
    connection,
    namespace: client.options.namespace,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    shutdownGraceTime: settings.shutdownGraceMs,
    shutdownForceTime: settings.shutdownGraceMs + HANDOVER_MS,
  };
  const orchestration: WorkerOptions = {
    ...common,
    taskQueue: ORCHESTRATION_TASK_QUEUE,
    workflowBundle: { codePath: WORKFLOW_BUNDLE },
    activities: { ...light, ...sweep, ...laneActivities },
    maxConcurrentActivityTaskExecutions: MAX_LIGHT_ACTIVITIES,
    activityTaskPollerBehavior: LIGHT_POLLERS,
  };
  const build: WorkerOptions = {
    ...common,
    taskQueue: BUILD_TASK_QUEUE,
    activities: { buildArchive },
    maxConcurrentActivityTaskExecutions: settings.worker.concurrency,
    activityTaskPollerBehavior: BUILD_POLLERS,
  };
  const callbacks: WorkerOptions = {
    ...common,
    taskQueue: CALLBACK_TASK_QUEUE,
    activities: createCallbackActivities({
      http: new OutboundHttp(new UrlGuard(settings.outbound.allowedHosts)),
      ...settings.webhooks,
      logger,
    }),
    maxConcurrentActivityTaskExecutions: MAX_CALLBACKS,
  };
  const roles = {
    all: [orchestration, callbacks, build],
    orchestration: [orchestration, callbacks],
    build: [build],
  };
  return Promise.all(roles[settings.worker.role].map((options) => Worker.create(options)));
}

async function storeOf(settings: Settings): Promise<ObjectStore> {
  const { store } = settings;
  if (store.kind === 'file') await ensureDataFolder(store.dataDir);
  await assertFilesFolder(settings);
  return createObjectStore(store);
}

silenceSdkNodeWarning();
try {
  const wanted = load(loadWorkerSettings);
  const [settings, temporal, store] = await loadTogether(
    wanted,
    load(temporalConnection),
    wanted.then(storeOf),
  );
  await main(settings, temporal, store, createLogger(settings.logLevel, 'longhaul-worker'));
} catch (error) {
  if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`);
  else createLogger('error', 'longhaul-worker').fatal({ err: error }, 'worker stopped');
  process.exitCode = 1;
}
// The Temporal client retries unanswered calls beyond their deadline, and would throw once its connection is closed.
process.exit();
