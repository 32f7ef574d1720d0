import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { WebSocket } from 'ws';
import { STATUS_QUERY, SWEEP_SCHEDULE, workflowIdFor } from '../../src/contract/names.js';
import { documentedMetrics } from '../support/documented-metrics.js';
import { freePorts } from '../../src/dev/processes/free-ports.js';
import { type MetricsText, metricsPortIn, scrape } from '../support/metrics-text.js';
import { checkMetrics, locatePromtool } from '../support/promtool.js';
import { namesInQueries } from '../support/queried-metrics.js';
import { sendRandomRequests } from '../support/random-requests.js';
import { Receiver } from '../support/receiver.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { TestServer } from '../support/test-server.js';
import { waitFor } from '../support/wait-for.js';

const FILE = 70_000;
const SIZE = 50_000;

/** Limit of the series of one process. */
const MAX_SERIES = 4_000;

/** Metrics of every Node.js process. */
const OF_NODE = /^(process|nodejs)_/;

/** Series that a busy machine adds: what Node.js does at the moment, refusals of an overloaded API, late calls. */
const OF_LOAD = /^(process|nodejs)_|="(5xx|late|unavailable)"/;

/** Metrics of Temporal's SDK, which share a prefix with ours. */
const IN_OTHERS = /^temporal_(?!call_)/;

const programs = await Promise.all([locateTemporalCli(), locatePromtool()]);

describeWith(programs, 'Metrics of a stack', (temporalCli, promtool) => {
  let stack: Stack;
  let client: Client;
  let receiver: Receiver;
  let api: MetricsText;
  let worker: MetricsText;
  let probe: MetricsText;
  let workerLog: string;
  let completed: string;
  let temporalPort: string;

  const scrapeServer = (server: TestServer) => scrape(metricsPortIn(server.log));

  /** Runs one job of each ending and the sweep, and then scrapes both processes. */
  beforeAll(async () => {
    receiver = await Receiver.start((request, response) =>
      response.writeHead(request.path.includes('gone') ? 410 : 200).end(),
    );
    temporalPort = String((await freePorts(1))[0]);
    stack = await Stack.start({
      temporalCli,
      env: {
        METRICS_PORT: '0',
        MAX_RUNNING_JOBS_PER_USER: '3',
        WEBHOOK_SECRETS: `whsec_${randomBytes(32).toString('base64')}`,
        OUTBOUND_ALLOWED_HOSTS: receiver.host,
      },
      workers: 0,
    });
    await stack.startWorker({ TEMPORAL_METRICS_PORT: temporalPort });
    client = new Client({ connection: await Connection.connect({ address: stack.temporalAddress }) });
    await stack.store.write(`downloads/${FILE}`, Buffer.alloc(SIZE));

    const first = await stack.initiate({ fileId: FILE, callbackUrl: `${receiver.url}/ok` });
    completed = first.jobId;
    await stack.waitUntilFinal(completed);
    await stack.status(completed);
    const skipping = { fileIds: [FILE, 99_999], onFileError: 'skip', callbackUrl: `${receiver.url}/gone` };
    await stack.waitUntilFinal((await stack.initiate(skipping)).jobId);
    await stack.waitUntilFinal((await stack.initiate({ fileId: 99_999 })).jobId);
    await cancelled();
    await stack.request('/v1/download/status/unknown');
    await client.schedule.getHandle(SWEEP_SCHEDULE).trigger();

    await waitFor('the sweep', async () => {
      worker = await scrapeServer(stack.workers[0]!);
      return (
        worker.sum('sweep_last_success_timestamp_seconds') > 0 &&
        worker.sum('webhook_deliveries_total', { outcome: 'gone' }) > 0 &&
        worker.sum('download_jobs_cancelled_total') > 0
      );
    });
    await waitFor('the numbers of Temporal', async () => {
      api = await scrapeServer(stack.api);
      return api.sum('download_workers') > 0;
    });
    workerLog = stack.workers[0]!.log;
    // After the others, because its job would count among theirs.
    probe = (await runProbe('probe succeeded')).metrics;
  });

  afterAll(async () => {
    await client?.connection.close();
    await stack?.stop();
    await receiver?.stop();
  });

  /** Runs the probe once. Returns its metrics after this line of its log. */
  async function runProbe(line: string): Promise<{ log: string; metrics: MetricsText }> {
    const env = { PROBE_URL: stack.baseUrl, PROBE_FILE_ID: String(FILE), METRICS_PORT: '0' };
    const server = new TestServer(process.execPath, [resolve('dist/probe.js')], env, []);
    server.start();
    try {
      await waitFor(line, () => server.log.includes(line));
      return { log: server.log, metrics: await scrapeServer(server) };
    } finally {
      await server.kill();
    }
  }

  /** Cancels a job that an API with delays started. */
  async function cancelled(): Promise<void> {
    const jobId = await delayedJob('60000');
    await stack.post(`/v1/download/cancel/${jobId}`);
  }

  /** Starts a job through an API with delays, and waits until its delay has begun. */
  async function delayedJob(ms: string): Promise<string> {
    const delaying = await stack.startAnotherApi({
      METRICS_PORT: '',
      DOWNLOAD_DELAY_ENABLED: 'true',
      DOWNLOAD_DELAY_MIN_MS: ms,
      DOWNLOAD_DELAY_MAX_MS: ms,
    });
    const { jobId } = await initiateAt(delaying);
    await stack.until(jobId, ({ message }) => message.startsWith('Delayed'));
    return jobId;
  }

  async function initiateAt(baseUrl: string): Promise<{ jobId: string }> {
    const response = await fetch(`${baseUrl}/v1/download/initiate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ fileId: FILE }),
    });
    return (await response.json()) as { jobId: string };
  }

  it('counts each ending once', () => {
    expect(api.sum('download_jobs_created_total', { format: 'zip', priority: 'standard' })).toBe(3);
    expect(worker.sum('download_jobs_completed_total')).toBe(2);
    expect(worker.sum('download_jobs_cancelled_total')).toBe(1);
    expect(worker.sum('download_jobs_failed_total')).toBe(1);
    const missing = { code: 'FILE_NOT_FOUND', fault: 'theirs' };
    expect(worker.sum('download_jobs_failed_total', missing)).toBe(1);
    expect(worker.sum('download_job_failed_total', missing)).toBe(1);
    expect(worker.sum('download_job_duration_seconds_count', { outcome: 'completed', size: '10MB' })).toBe(2);
    expect(worker.sum('download_job_wait_seconds_count')).toBe(4);
  });

  it('logs each ending in one line', () => {
    const lines = workerLog.split('\n').filter((line) => line.includes('job ended'));
    expect(lines).toHaveLength(4);
    expect(JSON.parse(lines[0]!)).toMatchObject({ jobId: completed, status: 'completed', files: 1 });
  });

  it('counts the bytes and files of builds', () => {
    expect(worker.sum('download_source_bytes_total', { kind: 'object' })).toBe(2 * SIZE);
    expect(worker.sum('download_archive_bytes_total', { format: 'zip' })).toBeGreaterThan(0);
    expect(worker.sum('download_files_total', { outcome: 'included' })).toBe(2);
    expect(worker.sum('download_files_total', { outcome: 'skipped' })).toBe(1);
    expect(worker.sum('download_builds_active')).toBe(0);
    expect(worker.sum('download_build_slots')).toBe(5);
    expect(worker.sum('download_activity_attempts_total', { activity: 'buildArchive', outcome: 'ok' })).toBe(
      2,
    );
  });

  it('counts the deliveries of callbacks', () => {
    expect(worker.sum('webhook_deliveries_total', { kind: 'url', outcome: 'acknowledged' })).toBe(1);
    expect(worker.sum('webhook_deliveries_total', { kind: 'url', outcome: 'gone' })).toBe(1);
    expect(worker.sum('outbound_request_duration_seconds_count', { purpose: 'callback' })).toBe(2);
  });

  it('measures requests by the pattern of their route', () => {
    const initiate = { route: '/v1/download/initiate', status_class: '2xx', held: 'false' };
    expect(api.sum('http_request_duration_seconds_count', initiate)).toBe(3);
    const unknown = { route: '/v1/download/status/:jobId', status_class: '4xx' };
    expect(api.sum('http_request_duration_seconds_count', unknown)).toBe(1);
    expect(api.sum('api_problems_total', { code: 'JOB_NOT_FOUND' })).toBe(1);
    expect(api.sum('status_reads_total')).toBeGreaterThan(3);
  });

  it('shows what Temporal and the store do', () => {
    expect(api.sum('temporal_call_duration_seconds_count', { operation: 'StartWorkflowExecution' })).toBe(3);
    expect(api.sum('download_queue_depth', { queue: 'build' })).toBe(0);
    expect(api.sum('download_workers')).toBe(1);
    expect(api.sum('object_store_request_duration_seconds_count', { outcome: 'ok' })).toBeGreaterThan(0);
    expect(
      worker.sum('object_store_request_duration_seconds_count', { operation: 'PutObject' }),
    ).toBeGreaterThan(1);
  });

  it('serves the metrics of the Temporal SDK', async () => {
    const sdk = await scrape(temporalPort);
    expect([...sdk.types.keys()]).toContain('temporal_workflow_completed');
  });

  it('tells the age of the last polls', async () => {
    const ages = async () => {
      const response = await fetch(`http://127.0.0.1:${metricsPortIn(stack.workers[0]!.log)}/livez`);
      return ((await response.json()) as { lastPollSeconds: Record<string, number> }).lastPollSeconds;
    };
    const queues = ['longhaul', 'longhaul-build', 'longhaul-callbacks', 'longhaul-segments'];
    const polls = ['workflow longhaul', ...queues.map((queue) => `activity ${queue}`)];
    await waitFor('a look at the polls', async () => Object.keys(await ages()).length === polls.length);
    expect(Object.keys(await ages()).toSorted()).toEqual(polls.toSorted());
  });

  it('tells that the probe passed each step', () => {
    for (const step of ['start', 'status', 'link', 'archive']) {
      expect(probe.sum('longhaul_probe_success', { step })).toBe(1);
      expect(probe.sum('longhaul_probe_duration_seconds', { step })).toBeGreaterThan(0);
    }
  });

  it('serves no metrics on the public port', async () => {
    expect((await stack.request('/metrics')).status).toBe(404);
  });

  it('exports exactly the documented metrics', () => {
    const documented = documentedMetrics().map(({ name }) => name);
    const exported = [api, worker, probe]
      .flatMap(({ types }) => [...types.keys()])
      .filter((name) => !OF_NODE.test(name));
    expect([...new Set(exported)].toSorted()).toEqual(documented.toSorted());
  });

  it('exports every metric of rules and dashboards', () => {
    const documented = documentedMetrics();
    const labels = new Set(documented.flatMap((metric) => metric.labels));
    const ours = new Set(documented.map(({ name }) => `${name.split('_')[0]}_`));
    const exported = new Set([api, worker, probe].flatMap(({ types }) => [...types.keys()]));
    const unknown = namesInQueries().filter(({ name }) => {
      const isOurs = [...ours].some((prefix) => name.startsWith(prefix)) && !labels.has(name);
      return isOurs && !IN_OTHERS.test(name) && !exported.has(name.replace(/_(bucket|sum|count)$/, ''));
    });
    expect(unknown).toEqual([]);
  });

  it('satisfies promtool', async () => {
    expect(await checkMetrics(promtool, api.text)).toBe('');
    expect(await checkMetrics(promtool, worker.text)).toBe('');
    expect(await checkMetrics(promtool, probe.text)).toBe('');
  });

  it('exports no series for random ids', async () => {
    await sendRandomRequests(stack.baseUrl);
    const before = await scrapeServer(stack.api);
    await sendRandomRequests(stack.baseUrl);
    const after = await scrapeServer(stack.api);
    const added = [...after.series.keys()].filter((series) => !before.series.has(series));
    expect(added.filter((series) => !OF_LOAD.test(series))).toEqual([]);
    expect(after.series.size).toBeLessThan(MAX_SERIES);
    expect(worker.series.size).toBeLessThan(MAX_SERIES);
  });

  it('counts the open streams', async () => {
    const path = `/v1/download/jobs/${await delayedJob('60000')}`;
    const open = async () => {
      const now = await scrapeServer(stack.api);
      return [now.sum('websocket_connections_active'), now.sum('sse_connections_active')];
    };
    const socket = new WebSocket(`${stack.baseUrl.replace('http', 'ws')}${path}/stream`);
    await once(socket, 'open');
    const events = new AbortController();
    expect((await stack.request(`${path}/events`, { signal: events.signal })).status).toBe(200);
    expect(await open()).toEqual([1, 1]);
    socket.close();
    events.abort();
    await waitFor('the streams to close', async () => (await open()).every((count) => count === 0));
    await stack.post(path.replace('jobs', 'cancel'));
  });

  it('counts nothing again when workflows are replayed', async () => {
    const jobId = await delayedJob('3000');
    await stack.workers[0]!.kill();
    const second = await stack.startWorker();
    await client.workflow.getHandle(workflowIdFor(completed)).query(STATUS_QUERY);
    expect((await scrapeServer(second)).sum('download_jobs_completed_total')).toBe(0);
    await stack.waitUntilFinal(jobId);
    await waitFor('the job to count', async () => {
      const replayed = await scrapeServer(second);
      return replayed.sum('download_jobs_completed_total') === 1;
    });
    expect((await scrapeServer(second)).sum('sweep_last_success_timestamp_seconds')).toBeGreaterThan(0);
  });

  it('tells the step at which the probe failed', async () => {
    await stack.api.kill();
    const { log, metrics } = await runProbe('probe failed');
    expect(log).toContain('"step":"start"');
    for (const step of ['start', 'archive']) expect(metrics.sum('longhaul_probe_success', { step })).toBe(0);
    expect(metrics.sum('longhaul_probe_duration_seconds', { step: 'archive' })).toBeNaN();
  });
});
