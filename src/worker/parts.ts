import { ensureDataFolder } from '../config/data-folder.js';
import type { Settings } from '../config/env.js';
import { assertFilesFolder } from '../config/files-folder.js';
import { buildInfo, versionOf } from '../runtime/build-info.js';
import { createObjectStore } from '../storage/create-store.js';
import type { MultipartStore } from '../storage/multipart-store.js';
import type { ObjectStore } from '../storage/object-store.js';
import { type StoreObserver, storeObservers } from '../storage/store-observer.js';
import { createServiceLogger, type Logger } from '../telemetry/logger.js';
import { type Observed, observe } from '../telemetry/metrics/observe.js';
import { WORKER_METRICS } from '../telemetry/metrics/worker-metrics.js';
import { createTracing } from '../telemetry/tracing/create-tracing.js';
import type { Tracing } from '../telemetry/tracing/tracing.js';

export const SERVICE = 'longhaul-worker';

/** The parts of a worker that need no connection. */
export interface WorkerParts {
  settings: Settings;
  logger: Logger;
  store: ObjectStore & MultipartStore;
  /** Undefined without `METRICS_PORT`. */
  observed: Observed<typeof WORKER_METRICS> | undefined;
  /** Undefined without a collector of traces. */
  tracing: Tracing | undefined;
}

/**
 * Creates the parts that settings and folders determine.
 * @throws {SettingsError} if a folder cannot be used.
 */
export async function loadParts(settings: Settings): Promise<WorkerParts> {
  const observed = settings.metrics.port === undefined ? undefined : observe(WORKER_METRICS, buildInfo());
  const logger = createServiceLogger({ ...settings.log, version: versionOf() }, SERVICE);
  const tracing = await createTracing(settings.tracing, { service: SERVICE, version: versionOf() }, logger);
  const observer = storeObservers(observed?.store, tracing?.storeRequest.bind(tracing));
  return { settings, logger, store: await storeOf(settings, observer), observed, tracing };
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
