import { fileURLToPath } from 'node:url';
import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import {
  makeTelemetryFilterString,
  type NativeConnection,
  Runtime,
  Worker,
  type WorkerOptions,
} from '@temporalio/worker';
import { createCallbackActivities } from './activities/deliver-callback.js';
import { createActivities, createSegmentActivities, createSweepActivities } from './activities/index.js';
import type { SegmentDependencies } from './activities/segments/dependencies.js';
import { BufferPool } from './bytes/part-cutter.js';
import { ByteBudget } from './concurrency/byte-budget.js';
import { ensureDataFolder } from './config/data-folder.js';
import { assertFilesFolder } from './config/files-folder.js';
import { load, loadTogether, loadWorkerSettings, type Settings, SettingsError } from './config/env.js';
import {
  BUILD_TASK_QUEUE,
  CALLBACK_TASK_QUEUE,
  ORCHESTRATION_TASK_QUEUE,
  SEGMENT_TASK_QUEUE,
} from './contract/names.js';
import { ClockWatch } from './runtime/clock-watch.js';
import { buildInfo, versionOf } from './runtime/build-info.js';
import { MemoryPressure } from './runtime/memory-pressure.js';
import { listenForMetrics } from './runtime/listen.js';
import { silenceSdkNodeWarning } from './runtime/sdk-warnings.js';
import { shutdownRequested } from './runtime/shutdown.js';
import { measuredHttp } from './outbound/measured-http.js';
import { OutboundHttp } from './outbound/outbound-http.js';
import { UrlGuard } from './outbound/url-guard.js';
import { countedSource } from './source/counted-source.js';
import { createSource, type MeasureHttp } from './source/create-source.js';
import { countedRanges } from './storage/counted-ranges.js';
import { createObjectStore, sourceFilesOf } from './storage/create-store.js';
import { CapabilityProbe } from './storage/capability-probe.js';
import type { MultipartStore } from './storage/multipart-store.js';
import type { ObjectStore } from './storage/object-store.js';
import { SideObjects } from './storage/side-objects.js';
import { type StoreObserver, storeObservers } from './storage/store-observer.js';
import { StoreMarker } from './storage/store-marker.js';
import { StoreWatch } from './storage/store-watch.js';
import { SumCache } from './storage/sum-cache.js';
import { createLogger, createServiceLogger, type Logger } from './telemetry/logger.js';
import { createMetricsServer } from './telemetry/metrics/metrics-server.js';
import { type Observed, observe } from './telemetry/metrics/observe.js';
import { WORKER_METRICS } from './telemetry/metrics/worker-metrics.js';
import { createTracing } from './telemetry/tracing/create-tracing.js';
import type { Tracing } from './telemetry/tracing/tracing.js';
import { temporalLogger } from './telemetry/temporal-logger.js';
import { buildSlotOptions } from './temporal/build-slots.js';
import { type TemporalConnection, temporalConnection } from './temporal/connection.js';
import { TemporalJobLookup } from './temporal/jobs/job-lookup.js';
import { namespaceOf } from './temporal/setup/namespace.js';
import { warnOfShortRetention } from './temporal/setup/retention.js';
import { laneActivities } from './temporal/lanes/lane-activities.js';
import { ensureSearchAttributes } from './temporal/setup/search-attributes.js';
import { ensureSweepSchedule } from './temporal/setup/sweep-schedule.js';
import { endingSinks } from './temporal/telemetry/job-endings.js';
import { untilConnected } from './temporal/setup/until-connected.js';
import { lastSweepEndedAt } from './temporal/telemetry/last-sweep.js';
import { PollWatch } from './temporal/telemetry/poll-watch.js';
import { tracedActivities } from './temporal/telemetry/traced-activities.js';
import { measuredActivities } from './temporal/telemetry/measured-activities.js';
import { measuredCalls } from './temporal/telemetry/measured-calls.js';
import { TerminatedJobs } from './temporal/terminated-jobs.js';
import { WorkerLife } from './temporal/worker-life.js';
import { WORKER_HEARTBEAT } from './temporal/worker-presence.js';
import { inactive } from './workflows/pending-patches.js';

type WorkerMetrics = Observed<typeof WORKER_METRICS>;

const SERVICE = 'longhaul-worker';

const WORKFLOW_BUNDLE = fileURLToPath(new URL('./workflow-bundle.js', import.meta.url));

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

/** Memory for large parts, beyond the usual size. It suffices for two segments of an archive of 240 GB. */
const LARGE_PARTS_BYTES = 72 * 1024 * 1024;

/** Time to hand builds over after the grace time. Needed only when the store aborts uploads slowly. */
const HANDOVER_MS = 20_000;

/** Interval in which a worker checks the store and compares its clock with the store's. */
const STORE_CHECK_INTERVAL_MS = 300_000;
const STORE_CHECK_MS = 10_000;

/** Interval of the looks at the polls, for the probes of this process. */
const POLL_LOOK_MS = 15_000;

/**
 * Runs the workers until shutdown, from the moment the store can be used. Hands builds over to other workers if they
 * outlast the grace time.
 */
async function main(
  settings: Settings,
  temporal: TemporalConnection,
  store: ObjectStore & MultipartStore,
  logger: Logger,
  observed: WorkerMetrics | undefined,
  tracing: Tracing | undefined,
): Promise<void> {
  const { connectionOptions, namespace } = temporal;
  const stopping = new AbortController();
  let workers: Worker[] = [];
  const polls = watchPolls(settings.metrics);
  const life = new WorkerLife(() => polls.ages());
  const stopOnRequest = async () => {
    const reason = await shutdownRequested();
    life.stopping();
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
      ...sdkMetrics(settings.metrics),
    },
    workerHeartbeatInterval: WORKER_HEARTBEAT,
    shutdownSignals: [],
  });
  if (observed) await listenForMetrics(createMetricsServer(observed.metrics, life), settings.metrics, logger);
  const connection = await untilConnected(connectionOptions, logger);
  // A separate connection, because the client cannot classify the errors of a NativeConnection.
  const clientConnection = Connection.lazy({
    ...connectionOptions,
    ...(observed && {
      // A connection without interceptors of its own has this one for retries.
      interceptors: [
        makeGrpcRetryInterceptor(defaultGrpcRetryOptions()),
        measuredCalls(observed.instruments.temporalCalls),
      ],
    }),
  });
  let storeCheck: NodeJS.Timeout | undefined;
  try {
    await ensureSearchAttributes(connection, namespace);
    await warnOfShortRetention(connection, namespace, settings.job.ttlMs, logger);
    const client = new Client({ connection: clientConnection, namespace });
    if (settings.worker.role !== 'build') {
      await ensureSweepSchedule(client.schedule, settings.cleanupSchedule, logger);
    }
    const marker = new StoreMarker(store, await namespaceOf(connection, namespace), logger);
    const watch = new StoreWatch(
      { check: (signal) => marker.check(signal), clockAheadMs: () => store.clockAheadMs() },
      logger,
      new ClockWatch('the object store', logger),
    );
    await watch.untilUsable();
    storeCheck = setInterval(() => void watch.check(STORE_CHECK_MS).catch(() => {}), STORE_CHECK_INTERVAL_MS);
    workers = await createWorkers(settings, logger, connection, client, store, marker, observed, tracing);
    life.started(workers);
    logger.info({ role: settings.worker.role }, 'worker ready');
    // Nothing may be awaited between the workers and their run, otherwise a shutdown in between would be lost.
    if (observed) void tellLastSweep(client, observed.instruments, logger);
    await Promise.all([
      ...workers.map((worker) => worker.run()),
      settings.worker.role !== 'build' && new TerminatedJobs(client, logger).watch(stopping.signal),
    ]);
  } finally {
    stopping.abort();
    clearInterval(storeCheck);
    await tracing?.stop();
    await connection.close();
  }
}

async function tellLastSweep(
  client: Client,
  { sweepSucceeded }: WorkerMetrics['instruments'],
  logger: Logger,
): Promise<void> {
  try {
    sweepSucceeded.set({}, (await lastSweepEndedAt(client)) / 1_000);
  } catch (err) {
    logger.warn({ err }, 'the time of the last sweep could not be read; the next sweep sets its metric');
  }
}

async function createWorkers(
  settings: Settings,
  logger: Logger,
  connection: NativeConnection,
  client: Client,
  store: ObjectStore & MultipartStore,
  marker: StoreMarker,
  observed: WorkerMetrics | undefined,
  tracing: Tracing | undefined,
): Promise<Worker[]> {
  const measure = observed?.instruments;
  const measureHttp: MeasureHttp | undefined =
    observed && ((http, purpose) => measuredHttp(http, observed.outbound(purpose)));
  const files = sourceFilesOf(settings.catalogue.folder, settings.store, store);
  const sources = createSource(settings, files, measureHttp);
  const countBytes = (kind: 'object' | 'https', bytes: number) => measure?.sourceBytes.add({ kind }, bytes);
  const probe = new CapabilityProbe(store, logger);
  const builds: SegmentDependencies = {
    ...sources,
    source: measure ? countedSource(sources.source, countBytes) : sources.source,
    store,
    logger,
    engine: settings.worker.zipEngine,
    parallelism: settings.worker.buildParallelism,
    capabilities: (signal) => probe.capabilities(signal),
    files: measure ? countedRanges(files, (bytes) => countBytes('object', bytes)) : files,
    filesAreInStore: files === store,
    sideObjects: (prefix, capabilities) => new SideObjects(store, prefix, capabilities),
    sums: new SumCache(store),
    buffers: new BufferPool(),
    memory: new ByteBudget(LARGE_PARTS_BYTES),
  };
  const { buildArchive, ...light } = createActivities(builds);
  const segments = createSegmentActivities(builds);
  const sweep = createSweepActivities({
    store,
    marker,
    jobs: new TemporalJobLookup(client),
    ttlMs: settings.job.ttlMs,
    now: Date.now,
    logger,
  });
  const common: Pick<WorkerOptions, 'connection' | 'namespace'> & Partial<WorkerOptions> = {
    connection,
    namespace: client.options.namespace,
    workerDeploymentOptions: { version: deploymentVersion(), useWorkerVersioning: false },
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE,
    shutdownGraceTime: settings.shutdownGraceMs,
    shutdownForceTime: settings.shutdownGraceMs + HANDOVER_MS,
    interceptors: {
      activity: [
        ...(tracing ? [tracedActivities(tracing)] : []),
        ...(measure ? [measuredActivities(measure)] : []),
      ],
    },
  };
  const slots = settings.worker.role === 'orchestration' ? 0 : settings.worker.concurrency;
  measure?.buildSlots.set({}, slots);
  const orchestration: WorkerOptions = {
    ...common,
    taskQueue: ORCHESTRATION_TASK_QUEUE,
    workflowBundle: { codePath: WORKFLOW_BUNDLE },
    ...inactive(),
    sinks: endingSinks(measure, logger, tracing),
    activities: { ...light, ...sweep, ...laneActivities },
    maxConcurrentActivityTaskExecutions: MAX_LIGHT_ACTIVITIES,
    activityTaskPollerBehavior: LIGHT_POLLERS,
  };
  const memory = MemoryPressure.find();
  const slotOptions = () => buildSlotOptions(settings.worker.concurrency, memory, logger);
  // All builds of this version wait in one queue, so one limit holds for archives and segments together.
  const build: WorkerOptions = {
    ...common,
    taskQueue: SEGMENT_TASK_QUEUE,
    activities: { buildArchive, ...segments },
    ...slotOptions(),
    activityTaskPollerBehavior: BUILD_POLLERS,
  };
  const earlierBuilds: WorkerOptions = {
    ...build,
    taskQueue: BUILD_TASK_QUEUE,
    activities: { buildArchive },
    ...slotOptions(),
  };
  const receivers = new OutboundHttp(new UrlGuard(settings.outbound.allowedHosts));
  const callbacks: WorkerOptions = {
    ...common,
    taskQueue: CALLBACK_TASK_QUEUE,
    activities: createCallbackActivities({
      http: observed ? measuredHttp(receivers, observed.outbound('callback')) : receivers,
      ...settings.webhooks,
      logger,
    }),
    maxConcurrentActivityTaskExecutions: MAX_CALLBACKS,
  };
  const roles = {
    all: [orchestration, callbacks, build, earlierBuilds],
    orchestration: [orchestration, callbacks],
    build: [build, earlierBuilds],
  };
  return Promise.all(roles[settings.worker.role].map((options) => Worker.create(options)));
}

/** Names the code of this worker in the Web UI. */
function deploymentVersion() {
  const { version, workflowBundle } = buildInfo();
  return { deploymentName: 'longhaul', buildId: `${version}-${workflowBundle}` };
}

/** Looks at the polls while the process runs. Without the metrics of Temporal's SDK there is nothing to see. */
function watchPolls({ temporalPort, host }: Settings['metrics']): PollWatch {
  const read = async () => (await fetch(`http://${authorityOf(host, temporalPort)}/metrics`)).text();
  const polls = new PollWatch(read);
  if (temporalPort !== undefined) {
    setInterval(() => void polls.look().catch(() => {}), POLL_LOOK_MS).unref();
  }
  return polls;
}

function authorityOf(host: string, port: number | undefined): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Names as in Temporal's documents: without suffixes for counters and units. */
function sdkMetrics({ temporalPort, host }: Settings['metrics']) {
  if (temporalPort === undefined) return {};
  const bindAddress = authorityOf(host, temporalPort);
  return { metrics: { attachServiceName: false, prometheus: { bindAddress, useSecondsForDurations: true } } };
}

async function storeOf(
  settings: Settings,
  observer: StoreObserver | undefined,
): Promise<ObjectStore & MultipartStore> {
  const { store } = settings;
  if (store.kind === 'file') await ensureDataFolder(store.dataDir);
  await assertFilesFolder(settings);
  return createObjectStore(store, undefined, observer);
}

async function storeAndMetrics(settings: Settings) {
  const observed = settings.metrics.port === undefined ? undefined : observe(WORKER_METRICS, buildInfo());
  const logger = createServiceLogger({ ...settings.log, version: versionOf() }, SERVICE);
  const tracing = await createTracing(settings.tracing, { service: SERVICE, version: versionOf() }, logger);
  const observer = storeObservers(observed?.store, tracing?.storeRequest.bind(tracing));
  return { store: await storeOf(settings, observer), observed, logger, tracing };
}

silenceSdkNodeWarning();
try {
  const wanted = load(loadWorkerSettings);
  const [settings, temporal, loaded] = await loadTogether(
    wanted,
    load(temporalConnection),
    wanted.then(storeAndMetrics),
  );
  await main(settings, temporal, loaded.store, loaded.logger, loaded.observed, loaded.tracing);
} catch (error) {
  if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`);
  else createLogger('error', 'longhaul-worker').fatal({ err: error }, 'worker stopped');
  process.exitCode = 1;
}
// The Temporal client retries unanswered calls beyond their deadline, and would throw once its connection is closed.
process.exit();
