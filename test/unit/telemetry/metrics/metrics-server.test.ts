import { afterEach, describe, expect, it } from '@jest/globals';
import type { Server } from 'node:http';
import { listen } from '../../../../src/runtime/listen.js';
import { Metrics } from '../../../../src/telemetry/metrics/metrics.js';
import { createMetricsServer, type Probes } from '../../../../src/telemetry/metrics/metrics-server.js';

const ADDRESS = { port: 0, host: '127.0.0.1', settings: { port: 'METRICS_PORT', host: 'METRICS_HOST' } };

describe('MetricsServer', () => {
  let server: Server;
  afterEach(() => void server.close());

  async function get(path: string, probes?: Probes): Promise<{ status: number; text: string }> {
    server = createMetricsServer(new Metrics(), probes);
    const port = await listen(server, ADDRESS);
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    return { status: response.status, text: await response.text() };
  }

  it('serves the metrics', async () => {
    const { status, text } = await get('/metrics');
    expect(status).toBe(200);
    expect(text).toContain('process_cpu_seconds_total');
  });

  it.each(['/livez', '/readyz'])('is healthy at %s by answering', async (path) => {
    expect(await get(path)).toEqual({ status: 200, text: '{"status":"healthy"}\n' });
  });

  it('reports an unhealthy process with 503 and its reason', async () => {
    const report = { status: 'unhealthy', message: 'the worker of q ended' } as const;
    const answer = await get('/livez', { liveness: () => report, readiness: () => report });
    expect(answer).toEqual({ status: 503, text: `${JSON.stringify(report)}\n` });
  });

  it('has no other path', async () => {
    expect(await get('/')).toMatchObject({ status: 404 });
  });
});
