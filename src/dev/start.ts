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
import { keepService, type ServiceProcess, startService } from './processes/service-process.js';
import { findTemporalCli } from './temporal/temporal-binary.js';
import { startTemporalServer, type TemporalServer } from './temporal/temporal-server.js';

const LOOPBACK = '127.0.0.1';

/** What the services are given to finish on Ctrl-C, so that everything is down within ten seconds. */
const SHUTDOWN_GRACE_MS = '3000';

/** So that a job is told as expired, and not as unknown, for two days after its archive has gone. */
const REMEMBERED_AFTER_EXPIRY_MS = 2 * 24 * 3_600_000;

/** Stands for the secret that the services are given: it is kept below DATA_DIR, which is a setting itself. */
const MADE_LATER = `whsec_${'A'.repeat(32)}`;

/** Of the log of a service that ended. */
const SHOWN_LINES = 3;

const say = (line = '') => console.log(line);
const namespace = () => process.env['TEMPORAL_NAMESPACE'] ?? 'default';

/** Everything in one command: Temporal with its Web UI, the worker, the API, sample files, and one download of them. */
async function main(settings: Settings): Promise<void> {
  const over = new AbortController();
  const stopped = shutdownRequested().then((reason) => over.abort(new Error(reason)));
  const running: ShutdownPhase[] = [];
  try {
    await run(settings, running, over.signal, stopped);
  } catch (error) {
    if (!over.signal.aborted) throw error;
  } finally {
    over.abort(new Error('over'));
    if (running.length > 0) say('\nStopping …');
    await shutDown(running, (name, error) => say(`${name} did not stop cleanly: ${messageOf(error)}`));
  }
}

/** Starts one thing after the other, noting in `running` how each is stopped, and stays until it is `stopped`. */
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
  // Its failure is met below; without this it would end the process while Temporal starts.
  seeded?.catch(() => {});
  const temporal = await startTemporal(settings, signal);
  if (temporal) running.unshift({ name: 'Temporal', run: () => temporal.stop() });
  await seeded;
  const services = await startServices(settings, host, temporal);
  running.unshift({
    name: 'services',
    run: async () => void (await Promise.all(services.map((s) => s.stop()))),
  });

  const where = {
    baseUrl: `http://${host === '0.0.0.0' ? LOOPBACK : host}:${http.port}`,
    uiUrl: temporal?.uiUrl,
    namespace: namespace(),
    logFiles: services.map((service) => service.logFile),
    webhookSecretFile: process.env['WEBHOOK_SECRETS'] ? undefined : join(store.dataDir, 'webhook-secret'),
  };
  const failed = failureOf(services, temporal, signal);
  // With authentication only its users may download, and we have nobody's key.
  const samples = settings.auth.mode === 'none' ? FIRST_DOWNLOAD.slice(0, job.maxFiles) : [];
  await Promise.race([failed, firstDownload(samples, where, say, signal)]);
  await Promise.race([failed, stopped]);
}

function assertDifferentPorts({ http, embedded }: Settings): void {
  const ports = [http.port, embedded.temporalPort, embedded.temporalUiPort];
  if (new Set(ports).size < ports.length) {
    throw new SettingsError(['PORT, TEMPORAL_PORT and TEMPORAL_UI_PORT must be three different ports']);
  }
}

/** Our own Temporal, unless TEMPORAL_ADDRESS names one. */
async function startTemporal(
  { store: { dataDir }, embedded, job }: Settings,
  signal: AbortSignal,
): Promise<TemporalServer | undefined> {
  if (process.env['TEMPORAL_ADDRESS']) {
    say(`Temporal: the server at ${process.env['TEMPORAL_ADDRESS']} (TEMPORAL_ADDRESS)`);
    return undefined;
  }
  const cli = await findTemporalCli({ toolsDir: join(dataDir, 'tools'), log: say, signal });
  say(`Temporal: ${cli.version}, ${cli.path} (${cli.origin})`);
  return startTemporalServer({
    binary: cli.path,
    dataDir,
    port: embedded.temporalPort,
    uiPort: embedded.temporalUiPort,
    namespace: namespace(),
    searchAttributes: Object.values(SEARCH_ATTRIBUTES),
    retentionMs: job.ttlMs + REMEMBERED_AFTER_EXPIRY_MS,
    log: say,
    signal,
  });
}

/** Worker and API as processes of their own, wired by the composition roots that production runs. */
async function startServices(
  { store }: Settings,
  host: string,
  temporal: TemporalServer | undefined,
): Promise<ServiceProcess[]> {
  const env = {
    SHUTDOWN_GRACE_MS,
    // So that callbacks can be tried without setting anything up.
    WEBHOOK_SECRETS: await loadPersistentSecret(store.dataDir, 'webhook-secret'),
    ...process.env,
    HOST: host,
    ...(temporal ? { TEMPORAL_ADDRESS: temporal.address } : {}),
  };
  const keep = (name: string, file: URL) =>
    keepService(() => startService(name, file, store.dataDir, env), say);
  return Promise.all([
    keep('worker', new URL('../worker.js', import.meta.url)),
    keep('api', new URL('../api/server.js', import.meta.url)),
  ]);
}

/** Rejects when something ends that nobody stopped. */
async function failureOf(
  services: readonly ServiceProcess[],
  temporal: TemporalServer | undefined,
  stopping: AbortSignal,
): Promise<never> {
  const ends = services.map(async ({ name, logFile, exited }) => {
    const how = await exited;
    return `The ${name} ended (${how}):\n${lastLines(await readFile(logFile, 'utf8'), SHOWN_LINES)}\nIts log: ${logFile}`;
  });
  if (temporal)
    ends.push(temporal.exited.then((how) => `The Temporal server ended (${how}); see its log in DATA_DIR`));
  const end = await Promise.race(ends);
  stopping.throwIfAborted();
  throw new Error(end);
}

// A terminal that is closed is a wish to stop, too.
process.once('SIGHUP', () => process.emit('SIGTERM'));
try {
  await main(loadSettings({ WEBHOOK_SECRETS: MADE_LATER, ...presentOf() }));
} catch (error) {
  console.error(`\n${messageOf(error)}`);
  process.exitCode = 1;
}
