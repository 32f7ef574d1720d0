import { fileURLToPath } from 'node:url';
import { answers, Part } from './part.js';

/** Ports of the metrics of one process. */
export interface MetricsPorts {
  port: number;
  /** Of the SDK of Temporal, in a worker. */
  temporalPort: number;
}

type Environment = Record<string, string>;

export function api(name: string, folder: string, port: number, metricsPort: number, env: Environment): Part {
  const ports = { PORT: String(port), METRICS_PORT: String(metricsPort) };
  const ready = answers(`http://127.0.0.1:${port}/readyz`);
  return service(name, '../../api/server.js', { ...env, ...ports }, folder, ready);
}

export function worker(
  name: string,
  folder: string,
  { port, temporalPort }: MetricsPorts,
  env: Environment,
): Part {
  const ports = { METRICS_PORT: String(port), TEMPORAL_METRICS_PORT: String(temporalPort) };
  const part: Part = service(name, '../../worker.js', { ...env, ...ports }, folder, async () =>
    (await part.log()).includes('worker ready'),
  );
  return part;
}

/** Returns the probe. It takes no other settings than its own. */
export function probe(folder: string, baseUrl: string, metricsPort: number): Part {
  const env = { PROBE_URL: baseUrl, METRICS_PORT: String(metricsPort) };
  return service('probe', '../../probe.js', env, folder, answers(`http://127.0.0.1:${metricsPort}/metrics`));
}

function service(
  name: string,
  file: string,
  env: Environment,
  folder: string,
  ready: () => Promise<boolean>,
): Part {
  const args = [fileURLToPath(new URL(file, import.meta.url))];
  return new Part({ name, program: process.execPath, args, env, ready, channel: 'ipc' }, folder);
}
