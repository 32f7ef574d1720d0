import { afterEach, describe, expect, it } from '@jest/globals';
import type { AppDependencies } from '../../../../src/api/dependencies.js';
import { LonghaulError } from '../../../../src/contract/errors.js';
import { API_METRICS } from '../../../../src/telemetry/metrics/api-metrics.js';
import { Metrics } from '../../../../src/telemetry/metrics/metrics.js';
import { type ApiServer, startApiServer } from '../../../support/api-server.js';
import { MetricsText } from '../../../support/metrics-text.js';
import { waitFor } from '../../../support/wait-for.js';

const REQUESTS = 'http_request_duration_seconds_count';

describe('observed', () => {
  let server: ApiServer;
  let registry: Metrics;
  afterEach(() => server.stop());

  async function serve(changes: Partial<AppDependencies> = {}): Promise<void> {
    registry = new Metrics();
    server = await startApiServer({ metrics: registry.register(API_METRICS), ...changes });
  }

  /** Sends a request and returns the metrics once it has counted. */
  async function after(path: string, init: RequestInit = {}): Promise<MetricsText> {
    await fetch(`${server.baseUrl}${path}`, init);
    let text = new MetricsText('');
    await waitFor('the request to count', async () => {
      text = new MetricsText(await registry.text());
      return text.sum(REQUESTS) > 0;
    });
    return text;
  }

  it.each([
    ['/livez', '/livez', '2xx'],
    ['/v1/download/status/abc', '/v1/download/status/:jobId', '4xx'],
    ['/v1/download/jobs/abc', '/v1/download/jobs/:jobId', '4xx'],
    ['/v1/download/initiate', '/v1/download/initiate', '4xx'],
    ['/v1/download/jobs/abc/events', '/v1/download/jobs/:jobId/events', '4xx'],
    ['/V1/dOwNlOaD/initiate', '/v1/download/initiate', '4xx'],
    ['/nowhere/abc', 'other', '4xx'],
  ])('counts %s as %s', async (path, route, statusClass) => {
    await serve();
    const text = await after(path);
    expect(text.sum(REQUESTS, { route, method: 'GET', status_class: statusClass })).toBe(1);
  });

  it('marks an answer that the client asked to hold', async () => {
    await serve();
    const text = await after('/v1/download/status/abc?waitMs=10');
    expect(text.sum(REQUESTS, { held: 'true' })).toBe(1);
  });

  it('counts problems by their code', async () => {
    await serve();
    const text = await after('/v1/download/status/abc');
    expect(text.sum('api_problems_total', { code: 'JOB_NOT_FOUND' })).toBe(1);
    expect(text.sum('api_rejected_total')).toBe(0);
  });

  it.each([
    ['TOO_MANY_JOBS', 'queued_jobs'],
    ['TOO_MANY_STREAMS', 'streams'],
    ['RATE_LIMITED', 'user_rate'],
  ] as const)('counts %s as refused by %s', async (code, reason) => {
    const view = () => Promise.reject(new LonghaulError(code, 'Wait.'));
    await serve({ jobs: { start: view, view, cancel: view, files: view } });
    const text = await after('/v1/download/status/01a2109e-2cc4-74b8-afa6-4115b029dcf8');
    expect(text.sum('api_rejected_total', { reason })).toBe(1);
  });
});
