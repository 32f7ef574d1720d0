import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { freePorts } from '../../src/dev/processes/free-ports.js';
import { dashboardQueries, runbookQueries } from '../support/dashboard.js';
import { FaultProxy } from '../support/fault-proxy.js';
import { metricsPortIn } from '../support/metrics-text.js';
import { locatePrometheus, Prometheus } from '../support/prometheus.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const FILE = 70_000;
const TIMEOUT_MS = 90_000;

const programs = await Promise.all([locateTemporalCli(), locateSeaweedFs(), locatePrometheus()]);

describeWith(programs, 'Alert of a stack', (temporalCli, weed, program) => {
  let s3: S3Server;
  let proxy: FaultProxy;
  let stack: Stack;
  let prometheus: Prometheus;
  let workerPorts: { METRICS_PORT: string; TEMPORAL_METRICS_PORT: string };

  beforeAll(async () => {
    s3 = await startSeaweedFs(weed);
    proxy = await FaultProxy.start(s3.endpoint);
    const [port, temporalPort] = (await freePorts(2)) as [number, number];
    workerPorts = { METRICS_PORT: String(port), TEMPORAL_METRICS_PORT: String(temporalPort) };
    const env = { S3_ENDPOINT: proxy.url, METRICS_PORT: '0', RATE_LIMIT_MAX_REQUESTS: '100000' };
    stack = await Stack.start({ temporalCli, s3, env, workers: 0 });
    await stack.startWorker(workerPorts);
    await stack.store.write(`downloads/${FILE}`, Buffer.from('a file'));
    prometheus = await Prometheus.start(program, {
      api: [metricsPortIn(stack.api.log)],
      worker: [workerPorts.METRICS_PORT],
      'temporal-sdk': [workerPorts.TEMPORAL_METRICS_PORT],
    });
  });

  afterAll(async () => {
    await prometheus?.stop();
    await stack?.stop();
    await proxy?.stop();
    await s3?.stop();
  });

  const isFiring = async (alert: string) => (await prometheus.firing()).includes(alert);

  const fires = (alert: string, meanwhile: () => Promise<unknown> = async () => {}) =>
    waitFor(
      `${alert} to fire`,
      async () => {
        await meanwhile();
        return isFiring(alert);
      },
      TIMEOUT_MS,
    );

  const ends = (alert: string) =>
    waitFor(`${alert} to end`, async () => !(await isFiring(alert)), TIMEOUT_MS);

  /** Starts a job of another user. A refusal by the limit of waiting jobs is no harm. */
  const startAnother = () => stack.post('/v1/download/initiate', { fileId: FILE }, { 'x-user-id': 'ada' });

  it('is silent while the service is healthy', async () => {
    await stack.waitUntilFinal((await stack.initiate({ fileId: FILE })).jobId);
    await waitFor('a worker in Prometheus', async () => {
      const [workers] = await prometheus.query('max(download_workers)');
      return workers?.value[1] === '1';
    });
    const expected = new Set(['LonghaulProbeFails', 'LonghaulTargetGone']);
    expect((await prometheus.firing()).filter((alert) => !expected.has(alert))).toEqual([]);
  });

  it('fires while the store throttles', async () => {
    // An answer to HEAD has no body, and so no code.
    proxy.fault = ({ method }) => (method === 'HEAD' ? undefined : { status: 503, code: 'SlowDown' });
    await fires('LonghaulStoreThrottles', startAnother);
    proxy.reset();
    await ends('LonghaulStoreThrottles');
    expect(await isFiring('LonghaulStoreThrottles')).toBe(false);
  });

  it('fires without a worker and with a stuck queue', async () => {
    await stack.workers[0]!.kill();
    const { jobId } = await stack.initiate({ fileId: FILE });
    await fires('LonghaulQueueStuck');
    await fires('LonghaulNoWorkers');
    await stack.startWorker(workerPorts);
    await ends('LonghaulNoWorkers');
    await ends('LonghaulQueueStuck');
    expect((await stack.waitUntilFinal(jobId)).status).toBe('completed');
  });

  it('fires while Temporal hangs', async () => {
    await stack.temporal.pause();
    await fires('LonghaulTemporalAway');
    stack.temporal.resume();
    await ends('LonghaulTemporalAway');
    expect(await isFiring('LonghaulTemporalAway')).toBe(false);
  });

  it('has metrics of the SDK for the dashboard', async () => {
    const queries = [...dashboardQueries(), ...runbookQueries()].join('\n');
    const wanted = new Set(queries.match(/\btemporal_(?!call_)\w+/g));
    // Counted only after a failure.
    wanted.delete('temporal_workflow_task_execution_failed');
    const found = await prometheus.query('count by (__name__) ({__name__=~"temporal_.+"})');
    const names = new Set(found.map(({ metric }) => metric['__name__']));
    expect([...wanted].filter((name) => !names.has(name))).toEqual([]);
  });
});
