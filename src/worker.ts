import { Client, Connection, defaultGrpcRetryOptions, makeGrpcRetryInterceptor } from '@temporalio/client';
import { makeTelemetryFilterString, type NativeConnection, Runtime, Worker } from '@temporalio/worker';
import { load, loadTogether, loadWorkerSettings, SettingsError } from './config/env.js';
import { ClockWatch } from './runtime/clock-watch.js';
import { listenForMetrics } from './runtime/listen.js';
import { silenceSdkNodeWarning } from './runtime/sdk-warnings.js';
import { shutdownRequested } from './runtime/shutdown.js';
import { StoreMarker } from './storage/store-marker.js';
import { StoreWatch } from './storage/store-watch.js';
import { createLogger } from './telemetry/logger.js';
import { createMetricsServer } from './telemetry/metrics/metrics-server.js';
import { temporalLogger } from './telemetry/temporal-logger.js';
import { type TemporalConnection, temporalConnection } from './temporal/connection.js';
import { namespaceOf } from './temporal/setup/namespace.js';
import { warnOfShortRetention } from './temporal/setup/retention.js';
import { ensureSearchAttributes } from './temporal/setup/search-attributes.js';
import { ensureSweepSchedule } from './temporal/setup/sweep-schedule.js';
import { untilConnected } from './temporal/setup/until-connected.js';
import { lastSweepEndedAt } from './temporal/telemetry/last-sweep.js';
import { measuredCalls } from './temporal/telemetry/measured-calls.js';
import { TerminatedJobs } from './temporal/terminated-jobs.js';
import { WorkerLife } from './temporal/worker-life.js';
import { WORKER_HEARTBEAT } from './temporal/worker-presence.js';
import { loadParts, SERVICE, type WorkerParts } from './worker/parts.js';
import { sdkMetrics, watchPolls } from './worker/sdk-metrics.js';
import { taskQueues } from './worker/task-queues.js';

/** Interval in which a worker checks the store and compares its clock with the store's. */
const STORE_CHECK_INTERVAL_MS = 300_000;
const STORE_CHECK_MS = 10_000;

/**
 * Runs the workers until shutdown, from the moment the store can be used. Hands builds over to other workers if they
 * outlast the grace time.
 */
async function main(parts: WorkerParts, temporal: TemporalConnection): Promise<void> {
  const { settings, logger, observed, tracing } = parts;
  const polls = watchPolls(settings.metrics);
  const life = new WorkerLife(() => polls.ages());
  const workers: Worker[] = [];
  const stopping = new AbortController();
  void stopOnRequest(workers, life, stopping, parts);
  installRuntime(parts);
  if (observed) await listenForMetrics(createMetricsServer(observed.metrics, life), settings.metrics, logger);
  const connection = await untilConnected(temporal.connectionOptions, logger);
  let checks: NodeJS.Timeout | undefined;
  try {
    const client = clientOf(temporal, parts);
    await prepareTemporal(connection, client, parts);
    const marker = new StoreMarker(parts.store, await namespaceOf(connection, temporal.namespace), logger);
    checks = await watchStore(marker, parts);
    const queues = taskQueues(parts, { connection, client, marker });
    workers.push(...(await Promise.all(queues.map((options) => Worker.create(options)))));
    life.started(workers);
    logger.info({ role: settings.worker.role }, 'worker ready');
    // Nothing may be awaited between the workers and their run, otherwise a shutdown in between would be lost.
    void tellLastSweep(client, parts);
    await Promise.all([
      runAll(workers, stopping),
      settings.worker.role !== 'build' && new TerminatedJobs(client, logger).watch(stopping.signal),
    ]);
    // Not after a failure: a worker that never ran still holds it, and the error would hide the first.
    await connection.close();
  } finally {
    stopping.abort();
    clearInterval(checks);
    await tracing?.stop();
  }
}

/**
 * Runs the workers until they stop. When one fails, the others stop as on a shutdown, so that they hand their builds over.
 * @throws the error of the first that failed.
 */
async function runAll(workers: readonly Worker[], stopping: AbortController): Promise<void> {
  const runs = workers.map(async (worker) => {
    try {
      await worker.run();
    } catch (error) {
      stopAll(workers, stopping);
      throw error;
    }
  });
  await Promise.allSettled(runs);
  await Promise.all(runs);
}

function stopAll(workers: readonly Worker[], stopping: AbortController): void {
  stopping.abort();
  for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
}

/** Stops the workers that run when a shutdown is requested. */
async function stopOnRequest(
  workers: readonly Worker[],
  life: WorkerLife,
  stopping: AbortController,
  { settings, logger }: WorkerParts,
): Promise<void> {
  const reason = await shutdownRequested();
  life.stopping();
  logger.info({ reason, graceMs: settings.shutdownGraceMs }, 'worker shutting down');
  // Nothing to finish yet, and connecting or waiting for the store could take minutes.
  if (workers.length === 0) process.exit(0);
  stopAll(workers, stopping);
}

function installRuntime({ settings, logger }: WorkerParts): void {
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
}

/** Has a connection of its own, because a client cannot classify the errors of a NativeConnection. */
function clientOf({ connectionOptions, namespace }: TemporalConnection, { observed }: WorkerParts): Client {
  // A connection without interceptors of its own has the first one.
  const interceptors = observed && [
    makeGrpcRetryInterceptor(defaultGrpcRetryOptions()),
    measuredCalls(observed.instruments.temporalCalls),
  ];
  const connection = Connection.lazy({ ...connectionOptions, ...(interceptors && { interceptors }) });
  return new Client({ connection, namespace });
}

async function prepareTemporal(
  connection: NativeConnection,
  client: Client,
  { settings, logger }: WorkerParts,
): Promise<void> {
  const { namespace } = client.options;
  await ensureSearchAttributes(connection, namespace);
  await warnOfShortRetention(connection, namespace, settings.job.ttlMs, logger);
  if (settings.worker.role !== 'build') {
    await ensureSweepSchedule(client.schedule, settings.cleanupSchedule, logger);
  }
}

/** Waits until the store can be used, then checks it regularly. */
async function watchStore(marker: StoreMarker, { store, logger }: WorkerParts): Promise<NodeJS.Timeout> {
  const watch = new StoreWatch(
    { check: (signal) => marker.check(signal), clockAheadMs: () => store.clockAheadMs() },
    logger,
    new ClockWatch('the object store', logger),
  );
  await watch.untilUsable();
  return setInterval(() => void watch.check(STORE_CHECK_MS).catch(() => {}), STORE_CHECK_INTERVAL_MS);
}

async function tellLastSweep(client: Client, { observed, logger }: WorkerParts): Promise<void> {
  if (!observed) return;
  try {
    observed.instruments.sweepSucceeded.set({}, (await lastSweepEndedAt(client)) / 1_000);
  } catch (err) {
    logger.warn({ err }, 'the time of the last sweep could not be read; the next sweep sets its metric');
  }
}

silenceSdkNodeWarning();
try {
  const settings = load(loadWorkerSettings);
  // In this order the problems are listed.
  const [, temporal, parts] = await loadTogether(
    settings,
    load(temporalConnection),
    settings.then(loadParts),
  );
  await main(parts, temporal);
} catch (error) {
  if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`);
  else createLogger('error', SERVICE).fatal({ err: error }, 'worker stopped');
  process.exitCode = 1;
}
// Connections to Temporal would keep the process alive.
process.exit();
