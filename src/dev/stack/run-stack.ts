import { join } from 'node:path';
import { ensureDataFolder } from '../../config/data-folder.js';
import type { Settings } from '../../config/env.js';
import { shutDown, type ShutdownPhase, shutdownRequested } from '../../runtime/shutdown.js';
import { messageOf } from '../errors.js';
import { printLine } from '../print.js';
import { assertPortFree } from '../processes/ports.js';
import { metricsPorts } from './metrics-ports.js';
import { startServices, startTemporal, unexpectedExit } from './stack-parts.js';
import type { StackSettings } from './stack-settings.js';

const LOOPBACK = '127.0.0.1';

/** Addresses that accept connections to loopback too. */
const ALL_ADDRESSES = new Set(['0.0.0.0', '::']);

export interface StackOptions extends StackSettings {
  /** Folder that keeps a downloaded Temporal CLI. */
  toolsDir: string;
  /** Runs while Temporal starts, and ends before the services start. */
  prepare?: () => Promise<unknown>;
}

/** Addresses and paths of the running stack. */
export interface RunningStack {
  baseUrl: string;
  /** Base URL of the Temporal Web UI; undefined for an external Temporal server without TEMPORAL_UI_URL. */
  uiUrl: string | undefined;
  namespace: string;
  /** Addresses of metrics: API, worker, Temporal's SDK; empty without them. */
  metrics: readonly string[];
  workerPid: number | undefined;
  logFiles: readonly string[];
  /** File with the generated secret that signs callbacks; undefined if WEBHOOK_SECRETS is set. */
  webhookSecretFile: string | undefined;
}

/**
 * Runs Temporal with its Web UI, the worker and the API until a stop is requested. Runs `whenStarted` once they have
 * started; they may not be healthy yet.
 * @throws Error if a part cannot start or ends unexpectedly.
 */
export async function runStack(
  options: StackOptions,
  whenStarted: (stack: RunningStack, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  const ended = new AbortController();
  const stopped = shutdownRequested().then((reason) => ended.abort(new Error(reason)));
  const running: ShutdownPhase[] = [];
  try {
    const { stack, failed } = await startAll(options, running, ended.signal);
    await Promise.race([failed, whenStarted(stack, ended.signal)]);
    await Promise.race([failed, stopped]);
  } catch (error) {
    if (!ended.signal.aborted) throw error;
  } finally {
    ended.abort(new Error('ended'));
    if (running.length > 0) printLine('\nStopping…');
    await shutDown(running, (name, error) => printLine(`${name} did not stop cleanly: ${messageOf(error)}`));
  }
}

/** Starts everything, and adds a stop phase for each part to `running`. `failed` rejects when a part ends. */
async function startAll(
  { env, settings, toolsDir, prepare }: StackOptions,
  running: ShutdownPhase[],
  signal: AbortSignal,
): Promise<{ stack: RunningStack; failed: Promise<never> }> {
  const { http, store } = settings;
  const host = env['HOST'] ?? LOOPBACK;
  const namespace = env['TEMPORAL_NAMESPACE'] ?? 'default';
  await assertPortFree(http.port, 'PORT', host);
  await ensureDataFolder(store.dataDir);
  const prepared = prepare?.();
  // Handled by the await below; without this, a rejection while Temporal starts would crash the process.
  prepared?.catch(() => {});
  const temporal = await startTemporal({ env, settings }, { toolsDir, namespace, signal });
  if (temporal) running.unshift({ name: 'Temporal', run: () => temporal.stop() });
  await prepared;
  const services = await startServices(settings, { ...env, HOST: host }, temporal);
  running.unshift({
    name: 'services',
    run: async () => void (await Promise.all(services.map((service) => service.stop()))),
  });
  const stack = {
    baseUrl: `http://${urlHost(host)}:${http.port}`,
    uiUrl: temporal?.uiUrl ?? settings.temporalUiUrl,
    namespace,
    metrics: metricsAddresses(settings),
    workerPid: services[0]?.pid,
    logFiles: services.map((service) => service.logFile),
    webhookSecretFile: env['WEBHOOK_SECRETS'] ? undefined : join(store.dataDir, 'webhook-secret'),
  };
  return { stack, failed: unexpectedExit(services, temporal, signal) };
}

function metricsAddresses(settings: Settings): string[] {
  const ports = metricsPorts(settings);
  if (!ports) return [];
  const host = urlHost(settings.metrics.host);
  return [ports.api, ports.worker, ports.temporal].map((port) => `http://${host}:${port}/metrics`);
}

function urlHost(host: string): string {
  if (ALL_ADDRESSES.has(host)) return LOOPBACK;
  return host.includes(':') ? `[${host}]` : host;
}
