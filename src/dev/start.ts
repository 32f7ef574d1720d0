import { join } from 'node:path';
import { loadSettings, type Settings } from '../config/env.js';
import { SEARCH_ATTRIBUTES, workflowIdFor } from '../contract/names.js';
import { shutDown, shutdownRequested } from '../lifecycle/shutdown.js';
import { createObjectStore } from '../storage/create-store.js';
import { messageOf } from './errors.js';
import { assertPortFree } from './ports.js';
import { runSampleDownload } from './sample-download.js';
import { FIRST_DOWNLOAD, seedSamples } from './samples.js';
import { type ServiceProcess, startService } from './service-process.js';
import { findTemporalCli } from './temporal-binary.js';
import { startTemporalServer, type TemporalServer } from './temporal-server.js';

const LOOPBACK = '127.0.0.1';

/** What the services are given to finish on Ctrl-C, so that everything is down within ten seconds. */
const SHUTDOWN_GRACE_MS = '3000';

const say = (line = '') => console.log(line);

/** Everything in one command: Temporal with its Web UI, the worker, the API, sample files, and one download of them. */
async function main(settings: Settings): Promise<void> {
  const stopping = new AbortController();
  const stopped = shutdownRequested().then((reason) => stopping.abort(new Error(reason)));
  const running: { name: string; run: () => Promise<void> }[] = [];
  try {
    const host = process.env['HOST'] ?? LOOPBACK;
    await assertPortFree(settings.http.port, 'PORT', host);
    const temporal = await startTemporal(settings);
    if (temporal) running.unshift({ name: 'Temporal', run: () => temporal.stop() });
    if (settings.store.kind === 'file') await seedSamples(await createObjectStore(settings.store));
    const services = await startServices(settings, host, temporal);
    running.unshift({
      name: 'services',
      run: async () => void (await Promise.all(services.map((s) => s.stop()))),
    });

    const baseUrl = `http://${host === '0.0.0.0' ? LOOPBACK : host}:${settings.http.port}`;
    const failed = failureOf(services, temporal, stopping.signal);
    await Promise.race([failed, firstDownload(baseUrl, temporal, services, stopping.signal)]);
    await Promise.race([failed, stopped]);
  } catch (error) {
    if (!stopping.signal.aborted) throw error;
  } finally {
    say('\nStopping …');
    await shutDown(running, (name, error) => say(`${name} did not stop cleanly: ${messageOf(error)}`));
  }
}

/** Our own Temporal, unless TEMPORAL_ADDRESS names one. */
async function startTemporal({
  store: { dataDir },
  embedded,
}: Settings): Promise<TemporalServer | undefined> {
  if (process.env['TEMPORAL_ADDRESS']) {
    say(`Temporal: the server at ${process.env['TEMPORAL_ADDRESS']} (TEMPORAL_ADDRESS)`);
    return undefined;
  }
  const cli = await findTemporalCli({ toolsDir: join(dataDir, 'tools'), log: say });
  say(`Temporal: ${cli.version}, ${cli.path} (${cli.origin})`);
  return startTemporalServer({
    binary: cli.path,
    dataDir,
    port: embedded.temporalPort,
    uiPort: embedded.temporalUiPort,
    namespace: process.env['TEMPORAL_NAMESPACE'] ?? 'default',
    searchAttributes: Object.values(SEARCH_ATTRIBUTES),
    log: say,
  });
}

/** Worker and API as processes of their own, wired by the composition roots that production runs. */
function startServices(
  { store }: Settings,
  host: string,
  temporal: TemporalServer | undefined,
): Promise<ServiceProcess[]> {
  const env = {
    SHUTDOWN_GRACE_MS,
    ...process.env,
    HOST: host,
    ...(temporal ? { TEMPORAL_ADDRESS: temporal.address } : {}),
  };
  return Promise.all([
    startService('worker', new URL('../worker.js', import.meta.url), store.dataDir, env),
    startService('api', new URL('../api/server.js', import.meta.url), store.dataDir, env),
  ]);
}

/** Rejects when something ends that nobody stopped. */
async function failureOf(
  services: readonly ServiceProcess[],
  temporal: TemporalServer | undefined,
  stopping: AbortSignal,
): Promise<never> {
  const ends = services.map(
    async ({ name, logFile, exited }) => `The ${name} ended (${await exited}); see ${logFile}`,
  );
  if (temporal)
    ends.push(temporal.exited.then((how) => `The Temporal server ended (${how}); see its log in DATA_DIR`));
  const end = await Promise.race(ends);
  stopping.throwIfAborted();
  throw new Error(end);
}

async function firstDownload(
  baseUrl: string,
  temporal: TemporalServer | undefined,
  services: readonly ServiceProcess[],
  signal: AbortSignal,
): Promise<void> {
  await untilHealthy(baseUrl, signal);
  say(`\nDownloading three sample files (${FIRST_DOWNLOAD.join(', ')}):`);
  const { jobId, link } = await runSampleDownload(baseUrl, FIRST_DOWNLOAD, process.stdout, { signal });
  const workflow = `/namespaces/default/workflows/${encodeURIComponent(workflowIdFor(jobId))}`;
  say(`
Longhaul is ready.

  API        ${baseUrl}
  Web UI     ${temporal ? `${temporal.uiUrl}${workflow}` : 'that of your Temporal server'}
  Archive    ${link}
  Logs       ${services.map((service) => service.logFile).join('  ')}

Try it: files 70000 to 70011 are samples.

  curl -s ${baseUrl}/v1/download/initiate -H 'content-type: application/json' \\
    -d '{"fileIds": [70000, 70001, 70002], "archive": {"name": "samples"}}'
  curl -sL -o samples.zip ${link}

Ctrl-C stops everything; jobs and files stay.`);
}

async function untilHealthy(baseUrl: string, signal: AbortSignal): Promise<void> {
  const deadline = AbortSignal.any([signal, AbortSignal.timeout(60_000)]);
  for (;;) {
    deadline.throwIfAborted();
    const answer = await fetch(`${baseUrl}/health`, { signal: deadline }).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

try {
  await main(loadSettings());
} catch (error) {
  console.error(`\n${messageOf(error)}`);
  process.exitCode = 1;
}
