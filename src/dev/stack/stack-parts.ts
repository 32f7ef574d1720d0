import { readFile } from 'node:fs/promises';
import type { Settings } from '../../config/env.js';
import { SEARCH_ATTRIBUTES } from '../../contract/names.js';
import { loadPersistentSecret } from '../../secrets/persistent-secret.js';
import { printLine } from '../print.js';
import { lastLines } from '../processes/run-command.js';
import { metricsPorts, metricsSettings } from './metrics-ports.js';
import { superviseService, type ServiceProcess, startService } from '../processes/service-process.js';
import { findTemporalCli } from '../temporal/temporal-binary.js';
import { startTemporalServer, type TemporalServer } from '../temporal/temporal-server.js';
import type { Environment, StackSettings } from './stack-settings.js';

/** Grace time of the services on Ctrl-C, so that everything stops within ten seconds. */
const SHUTDOWN_GRACE_MS = '3000';

/** No proxy is in front that would have to notice the shutdown. */
const SHUTDOWN_DRAIN_MS = '0';

/** Keeps ended jobs in Temporal for two days after expiry, so that their status is `expired` instead of unknown. */
const EXTRA_RETENTION_MS = 2 * 24 * 3_600_000;

/** Lines of a service's log that are printed if it exits. */
const SHOWN_LOG_LINES = 3;

export interface TemporalOptions {
  /** Folder that keeps a downloaded Temporal CLI. */
  toolsDir: string;
  namespace: string;
  signal: AbortSignal;
}

/** Starts a Temporal dev server, unless TEMPORAL_ADDRESS is set. */
export async function startTemporal(
  { env, settings: { store, embedded, job } }: StackSettings,
  { toolsDir, namespace, signal }: TemporalOptions,
): Promise<TemporalServer | undefined> {
  if (env['TEMPORAL_ADDRESS']) {
    printLine(`Temporal: server at ${env['TEMPORAL_ADDRESS']} (TEMPORAL_ADDRESS)`);
    return undefined;
  }
  const cli = await findTemporalCli({ env, toolsDir, log: printLine, signal });
  printLine(`Temporal: ${cli.version}, ${cli.path} (${cli.origin})`);
  return startTemporalServer({
    binary: cli.path,
    dataDir: store.dataDir,
    port: embedded.temporalPort,
    uiPort: embedded.temporalUiPort,
    namespace,
    searchAttributes: Object.values(SEARCH_ATTRIBUTES),
    retentionMs: job.ttlMs + EXTRA_RETENTION_MS,
    log: printLine,
    signal,
  });
}

/** Starts worker and API as separate processes, with the same entry points as in production. */
export async function startServices(
  { store, ...settings }: Settings,
  env: Environment,
  temporal: TemporalServer | undefined,
): Promise<ServiceProcess[]> {
  const ports = metricsPorts(settings);
  const all = {
    SHUTDOWN_GRACE_MS,
    SHUTDOWN_DRAIN_MS,
    // A generated secret, so that callbacks work without configuration.
    WEBHOOK_SECRETS: await loadPersistentSecret(store.dataDir, 'webhook-secret'),
    ...(temporal?.uiUrl ? { TEMPORAL_UI_URL: temporal.uiUrl } : {}),
    ...env,
    ...(temporal ? { TEMPORAL_ADDRESS: temporal.address } : {}),
  };
  const supervise = (name: 'api' | 'worker', file: URL) => {
    const own = { ...all, ...metricsSettings(ports)[name] };
    return superviseService(() => startService(name, file, store.dataDir, own), printLine);
  };
  return Promise.all([
    supervise('worker', new URL('../../worker.js', import.meta.url)),
    supervise('api', new URL('../../api/server.js', import.meta.url)),
  ]);
}

/** Rejects when a service or Temporal ends unexpectedly. */
export async function unexpectedExit(
  services: readonly ServiceProcess[],
  temporal: TemporalServer | undefined,
  stopping: AbortSignal,
): Promise<never> {
  const ends = services.map(async ({ name, logFile, exited }) => {
    const how = await exited;
    return `The ${name} process ended (${how}):\n${lastLines(await readFile(logFile, 'utf8'), SHOWN_LOG_LINES)}\nLog: ${logFile}`;
  });
  if (temporal)
    ends.push(
      temporal.exited.then(
        (how) => `The Temporal server ended (${how}). See logs/temporal-server.log in DATA_DIR.`,
      ),
    );
  const end = await Promise.race(ends);
  stopping.throwIfAborted();
  throw new Error(end);
}
