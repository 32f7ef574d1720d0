import { createServer, type Server, type ServerResponse } from 'node:http';
import type { Metrics } from './metrics.js';

/** A report for probes. */
export interface ProbeReport {
  status: 'healthy' | 'unhealthy';
}

/** Health of the process, for probes of its host. */
export interface Probes {
  /** Unhealthy when only a restart helps. */
  liveness(): ProbeReport;
  /** Unhealthy until the process works. */
  readiness(): ProbeReport;
}

/** Of a process that is healthy when it answers. */
const ANSWERS: Probes = {
  liveness: () => ({ status: 'healthy' }),
  readiness: () => ({ status: 'healthy' }),
};

/**
 * Creates the server of `GET /metrics`, `/livez` and `/readyz`. It listens on a port of its own, because they are not
 * for clients.
 */
export function createMetricsServer(metrics: Metrics, probes: Probes = ANSWERS): Server {
  const routes: Record<string, (res: ServerResponse) => Promise<void> | void> = {
    '/metrics': async (res) => {
      const text = await metrics.text();
      res.writeHead(200, { 'Content-Type': metrics.contentType }).end(text);
    },
    '/livez': (res) => sendReport(res, probes.liveness()),
    '/readyz': (res) => sendReport(res, probes.readiness()),
  };
  return createServer(async (req, res) => {
    const route = routes[req.url?.split('?')[0] ?? ''];
    if (!route || (req.method !== 'GET' && req.method !== 'HEAD')) {
      res.writeHead(404, { 'Content-Type': 'text/plain' }).end('Metrics are at GET /metrics.\n');
      return;
    }
    try {
      await route(res);
    } catch {
      // Prometheus shows the process as down.
      res.writeHead(500).end();
    }
  });
}

function sendReport(res: ServerResponse, report: ProbeReport): void {
  res
    .writeHead(report.status === 'healthy' ? 200 : 503, {
      'Content-Type': 'application/json',
      'Cache-Control': 'no-store',
    })
    .end(`${JSON.stringify(report)}\n`);
}
