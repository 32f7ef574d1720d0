import { setTimeout as delay } from 'node:timers/promises';
import { load, loadTogether, loadWorkerSettings, type Settings, SettingsError } from './config/env.js';
import { probeDownload, type ProbeResult } from './probe/probe-download.js';
import { buildInfo, versionOf } from './runtime/build-info.js';
import { listenForMetrics } from './runtime/listen.js';
import { shutdownRequested } from './runtime/shutdown.js';
import { createLogger, createServiceLogger, type Logger } from './telemetry/logger.js';
import type { Instruments } from './telemetry/metrics/instruments.js';
import { Metrics } from './telemetry/metrics/metrics.js';
import { createMetricsServer } from './telemetry/metrics/metrics-server.js';
import { PROBE_METRICS, PROBE_STEPS } from './telemetry/metrics/probe-metrics.js';

const SERVICE = 'longhaul-probe';

/** Downloads a small file again and again, as a client does, until a shutdown is requested. */
async function main(settings: Settings): Promise<void> {
  const requested = shutdownRequested();
  const logger = createServiceLogger({ ...settings.log, version: versionOf() }, SERVICE);
  const measure = await serveMetrics(settings, logger);
  void probeForever(settings.probe, (result) => report(result, measure, logger));
  logger.info({ reason: await requested }, 'probe shutting down');
}

async function probeForever(
  { intervalMs, ...options }: Settings['probe'],
  onResult: (result: ProbeResult) => void,
): Promise<void> {
  for (;;) {
    const next = delay(intervalMs);
    onResult(await probeDownload(options));
    await next;
  }
}

async function serveMetrics(
  { metrics: { port, host } }: Settings,
  logger: Logger,
): Promise<Instruments<typeof PROBE_METRICS>> {
  const metrics = new Metrics();
  const measure = metrics.register(PROBE_METRICS);
  const { version, workflowBundle } = buildInfo();
  measure.buildInfo.set({ version, workflow_bundle: workflowBundle }, 1);
  if (port !== undefined) {
    await listenForMetrics(createMetricsServer(metrics), { port, host }, logger);
  }
  return measure;
}

/** A failed step and those after it are 0, so an alert needs to watch only the last one. */
function report(
  { jobId, seconds, failed }: ProbeResult,
  measure: Instruments<typeof PROBE_METRICS>,
  logger: Logger,
): void {
  for (const step of PROBE_STEPS) {
    const passed = step in seconds && step !== failed?.step;
    measure.success.set({ step }, passed ? 1 : 0);
    measure.duration.set({ step }, seconds[step] ?? NaN);
  }
  if (failed) logger.error({ jobId, step: failed.step, err: failed.error }, 'probe failed');
  else logger.info({ jobId, seconds }, 'probe succeeded');
}

try {
  const [settings] = await loadTogether(load(loadWorkerSettings));
  await main(settings);
} catch (error) {
  if (error instanceof SettingsError) process.stderr.write(`${error.message}\n`);
  else createLogger('error', SERVICE).fatal({ err: error }, 'probe stopped');
  process.exitCode = 1;
}
// Ends the running download, and the server of the metrics.
process.exit();
