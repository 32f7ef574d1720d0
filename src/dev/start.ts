import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ensureDataFolder } from '../config/data-folder.js';
import { loadSettings, presentOf, type Settings, SettingsError } from '../config/env.js';
import { SEARCH_ATTRIBUTES } from '../contract/names.js';
import { shutDown, type ShutdownPhase, shutdownRequested } from '../runtime/shutdown.js';
import { createObjectStore } from '../storage/create-store.js';
import { loadPersistentSecret } from '../secrets/persistent-secret.js';
import { messageOf } from './errors.js';
import { firstDownload } from './samples/first-download.js';
import { assertPortFree } from './processes/ports.js';
import { lastLines } from './processes/run-command.js';
import { FIRST_DOWNLOAD, seedSamples } from './samples/samples.js';
import { superviseService, type ServiceProcess, startService } from './processes/service-process.js';
import { findTemporalCli } from './temporal/temporal-binary.js';
import { startTemporalServer, type TemporalServer } from './temporal/temporal-server.js';

const LOOPBACK = '127.0.0.1';

/** Grace time of the services on Ctrl-C, so that everything stops within ten seconds. */
const SHUTDOWN_GRACE_MS = '3000';

/** Keeps ended jobs in Temporal for two days after expiry, so that their status is `expired` instead of unknown. */
const EXTRA_RETENTION_MS = 2 * 24 * 3_600_000;

/** Placeholder for validation. The real secret is stored below DATA_DIR, which is known only after validation. */
const PLACEHOLDER_SECRET = `whsec_${'A'.repeat(32)}`;

/** Lines of a service's log that are printed if it exits. */
const SHOWN_LOG_LINES = 3;

const print = (line = '') => console.log(line);
const namespace = () => process.env['TEMPORAL_NAMESPACE'] ?? 'default';

/** Runs Temporal with its Web UI, the worker and the API, creates sample files, and downloads some of them. */
async function main(settings: Settings): Promise<void> {
  const ended = new AbortController();
  const stopped = shutdownRequested().then((reason) => ended.abort(new Error(reason)));
  const running: ShutdownPhase[] = [];
  try {
    await run(settings, running, ended.signal, stopped);
  } catch (error) {
    if (!ended.signal.aborted) throw error;
  } finally {
    ended.abort(new Error('ended'));
    if (running.length > 0) print('\nStopping…');
    await shutDown(running, (name, error) => print(`${name} did not stop cleanly: ${messageOf(error)}`));
  }
}

/** Starts everything, adds a stop phase for each part to `running`, and waits until `stopped`. */
async function run(
  settings: Settings,
  running: ShutdownPhase[],
  signal: AbortSignal,
  stopped: Promise<void>,
): Promise<void> {
  const { http, store, job } = settings;
  const host = process.env['HOST'] ?? LOOPBACK;
  assertDifferentPorts(settings);
  await assertPortFree(http.port, 'PORT', host);
  await ensureDataFolder(store.dataDir);
  const seeded = store.kind === 'file' ? createObjectStore(store).then(seedSamples) : undefined;
  // Handled by the await below; without this, a rejection while Temporal starts would crash the process.
  seeded?.catch(() => {});
  const temporal = await startTemporal(settings, signal);
  if (temporal) running.unshift({ name: 'Temporal', run: () => temporal.stop() });
  await seeded;
  const services = await startServices(settings, host, temporal);
  running.unshift({
    name: 'services',
    run: async () => void (await Promise.all(services.map((s) => s.stop()))),
  });

  const endpoints = {
    baseUrl: `http://${host === '0.0.0.0' ? LOOPBACK : host}:${http.port}`,
    uiUrl: temporal?.uiUrl,
    namespace: namespace(),
    logFiles: services.map((service) => service.logFile),
    webhookSecretFile: process.env['WEBHOOK_SECRETS'] ? undefined : join(store.dataDir, 'webhook-secret'),
  };
  const failed = unexpectedExit(services, temporal, signal);
  // With authentication, a download needs an API key, and this process has none.
  const samples = settings.auth.mode === 'none' ? FIRST_DOWNLOAD.slice(0, job.maxFiles) : [];
  await Promise.race([failed, firstDownload(samples, endpoints, print, signal)]);
  await Promise.race([failed, stopped]);
}

function assertDifferentPorts({ http, embedded }: Settings): void {
  const ports = [http.port, embedded.temporalPort, embedded.temporalUiPort];
  if (new Set(ports).size < ports.length) {
    throw new SettingsError(['PORT, TEMPORAL_PORT and TEMPORAL_UI_PORT must be different']);
  }
}

/** Starts a Temporal dev server, unless TEMPORAL_ADDRESS is set. */
async function startTemporal(
  { store: { dataDir }, embedded, job }: Settings,
  signal: AbortSignal,
): Promise<TemporalServer | undefined> {
  if (process.env['TEMPORAL_ADDRESS']) {
    print(`Temporal: server at ${process.env['TEMPORAL_ADDRESS']} (TEMPORAL_ADDRESS)`);
    return undefined;
  }
  const cli = await findTemporalCli({ toolsDir: join(dataDir, 'tools'), log: print, signal });
  print(`Temporal: ${cli.version}, ${cli.path} (${cli.origin})`);
  return startTemporalServer({
    binary: cli.path,
    dataDir,
    port: embedded.temporalPort,
    uiPort: embedded.temporalUiPort,
    namespace: namespace(),
    searchAttributes: Object.values(SEARCH_ATTRIBUTES),
    retentionMs: job.ttlMs + EXTRA_RETENTION_MS,
    log: print,
    signal,
  });
}

/** Starts worker and API as separate processes, with the same entry points as in production. */
async function startServices(
  { store }: Settings,
  host: string,
  temporal: TemporalServer | undefined,
): Promise<ServiceProcess[]> {
  const env = {
    SHUTDOWN_GRACE_MS,
    // A generated secret, so that callbacks work without configuration.
    WEBHOOK_SECRETS: await loadPersistentSecret(store.dataDir, 'webhook-secret'),
    ...process.env,
    HOST: host,
    ...(temporal ? { TEMPORAL_ADDRESS: temporal.address } : {}),
  };
  const supervise = (name: string, file: URL) =>
    superviseService(() => startService(name, file, store.dataDir, env), print);
  return Promise.all([
    supervise('worker', new URL('../worker.js', import.meta.url)),
    supervise('api', new URL('../api/server.js', import.meta.url)),
  ]);
}

/** Rejects when a service or Temporal ends unexpectedly. */
async function unexpectedExit(
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

// Closing the terminal sends SIGHUP; treat it as a request to stop.
process.once('SIGHUP', () => process.emit('SIGTERM'));
try {
  await main(loadSettings({ WEBHOOK_SECRETS: PLACEHOLDER_SECRET, ...presentOf() }));
} catch (error) {
  console.error(`\n${messageOf(error)}`);
  process.exitCode = 1;
}
