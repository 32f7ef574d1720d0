import type { Settings } from '../../config/env.js';

/** Port of the metrics of the API, unless METRICS_PORT is set. The worker's follow it. */
const DEFAULT_PORT = 9464;

/** Ports of metrics on one machine, where each process needs its own. */
export interface MetricsPorts {
  api: number;
  temporal: number;
  worker: number;
}

/** Returns undefined when the stack shows no metrics. */
export function metricsPorts({
  metrics,
  embedded,
}: Pick<Settings, 'metrics' | 'embedded'>): MetricsPorts | undefined {
  if (!embedded.observe && metrics.port === undefined) return undefined;
  const api = metrics.port ?? DEFAULT_PORT;
  return { api, temporal: metrics.temporalPort ?? api + 1, worker: api + 2 };
}

/** Returns the settings of each process. */
export function metricsSettings(ports: MetricsPorts | undefined) {
  if (!ports) return { api: {}, worker: {} };
  return {
    api: { METRICS_PORT: String(ports.api) },
    worker: { METRICS_PORT: String(ports.worker), TEMPORAL_METRICS_PORT: String(ports.temporal) },
  };
}
