import { existsSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { watchEventLoop } from '../concurrency/overload.js';
import { load, loadSettings, loadTogether, SettingsError } from '../config/env.js';
import { listen, listenForMetrics } from '../runtime/listen.js';
import { silenceSdkNodeWarning } from '../runtime/sdk-warnings.js';
import { shutDown, shutdownRequested } from '../runtime/shutdown.js';
import { createLogger } from '../telemetry/logger.js';
import { createMetricsServer } from '../telemetry/metrics/metrics-server.js';
import { type TemporalConnection, temporalConnection } from '../temporal/connection.js';
import { TemporalGauges } from '../temporal/telemetry/temporal-gauges.js';
import { createApp } from './app.js';
import type { AppDependencies } from './dependencies.js';
import { closeNodeServer, createNodeServer, drainNodeServer } from './http/node-server.js';
import { appDependencies, PAGE_FOLDER } from './wiring/app-dependencies.js';
import { connect, type Connected } from './wiring/connected.js';
import { type ApiParts, loadParts, SERVICE } from './wiring/parts.js';

/** Interval of the health checks that no probe asks for. The clocks are compared as exactly as this. */
const SELF_CHECK_MS = 15_000;

/** Serves until a shutdown is requested. Holds no durable state: any number of servers may run, and any may be killed. */
async function main(parts: ApiParts, temporal: TemporalConnection): Promise<void> {
  const { settings, logger } = parts;
  const requested = shutdownRequested();
  const connected = connect(parts, temporal);
  let stopping = false;
  const deps = appDependencies(parts, connected, () => stopping);
  await serveMetrics(parts, connected, deps);
  const server = createNodeServer(createApp(deps));
  await listen(server, { ...settings.http, settings: { port: 'PORT', host: 'HOST' } });
  logger.info({ port: settings.http.port }, 'api ready');
  watchEventLoop(deps.overload);
  if (!existsSync(join(PAGE_FOLDER, 'index.html'))) logger.warn('the page is not built: run npm run build');
  checkRegularly(deps);
  logger.info({ reason: await requested }, 'api shutting down');
  stopping = true;
  await stopServing(server, deps, parts);
  // The Temporal client retries unanswered calls beyond their deadline, and would throw once its connection is closed.
  process.exit();
}

async function serveMetrics(
  { settings, logger, observed }: ApiParts,
  { client, workers }: Connected,
  { streams }: AppDependencies,
): Promise<void> {
  if (!observed) return;
  const { metrics, instruments } = observed;
  const gauges = new TemporalGauges(client, instruments, () => workers.count());
  metrics.beforeScrape(() => gauges.refresh());
  metrics.beforeScrape(() => {
    instruments.webSockets.set({}, streams.sizeOf('websocket'));
    instruments.eventStreams.set({}, streams.sizeOf('events'));
  });
  await listenForMetrics(createMetricsServer(metrics), settings.metrics, logger);
}

/** Also without probes, otherwise operators would not learn of a wrong clock or of a store that does not work. */
function checkRegularly({ health }: AppDependencies): void {
  void health.report();
  setInterval(() => void health.report(), SELF_CHECK_MS).unref();
}

async function stopServing(
  server: Server,
  { watchers, streams }: AppDependencies,
  { settings, logger, tracing }: ApiParts,
): Promise<void> {
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
}

silenceSdkNodeWarning();
try {
  const settings = load(loadSettings);
  // In this order the problems are listed.
  const [, temporal, parts] = await loadTogether(
    settings,
    load(temporalConnection),
    settings.then(loadParts),
  );
  await main(parts, temporal);
} catch (error) {
  if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`);
  else createLogger('error', SERVICE).fatal({ err: error }, 'api stopped');
  process.exitCode = 1;
}
