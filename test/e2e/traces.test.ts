import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import type { StartedDownload } from '../../src/contract/http/answers.js';
import { building, SLOW_JOB, writeSlowFile, writeSmallFiles } from '../support/interruptible-job.js';
import { OtlpReceiver, type ReceivedSpan } from '../support/otlp-receiver.js';
import { Receiver } from '../support/receiver.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { startedActivities } from '../support/started-activities.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const CALLER = 'b7ad6b7169203331';
const TRACEPARENT = { traceparent: `00-${TRACE}-${CALLER}-01` };

describeWith(await locateTemporalCli(), 'traces', (temporalCli) => {
  let collector: OtlpReceiver;
  let receiver: Receiver;
  let stack: Stack;
  let temporal: Client;
  beforeAll(async () => {
    [collector, receiver] = await Promise.all([OtlpReceiver.start(), Receiver.start()]);
    stack = await Stack.start({
      temporalCli,
      env: {
        OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
        OTEL_TRACES_SAMPLER_ARG: '0',
        HEARTBEAT_TIMEOUT_MS: '5000',
        SHUTDOWN_GRACE_MS: '100',
        OUTBOUND_ALLOWED_HOSTS: receiver.host,
        WEBHOOK_SECRETS: `whsec_${Buffer.alloc(32, 1).toString('base64')}`,
      },
    });
    temporal = new Client({ connection: await Connection.connect({ address: stack.temporalAddress }) });
    await writeSlowFile(stack.store);
    await writeSmallFiles(stack.store);
  });
  afterAll(async () => {
    await temporal?.connection.close();
    await stack?.stop();
    await Promise.all([collector?.stop(), receiver?.stop()]);
  });

  const parentOf = ({ parentId }: ReceivedSpan) =>
    collector.spans.find(({ spanId }) => spanId === parentId)?.name;

  async function hasStarted(jobId: string, attempt: number): Promise<boolean> {
    const [step] = await startedActivities(temporal, jobId);
    return step?.attempt === attempt;
  }

  it('of a job survive servers, a crash and a hand-over', async () => {
    const other = await stack.startAnotherApi();
    const body = { ...SLOW_JOB, callbackUrl: `${receiver.url}/hook?token=hunter2` };
    const response = await stack.post('/v1/download/initiate', body, TRACEPARENT);
    const { jobId } = (await response.json()) as StartedDownload;
    await stack.until(jobId, building);
    // Sent before the worker dies with what it has not sent.
    await waitFor('the lookup', () => collector.named('prepareFiles').length > 0);
    const [first] = stack.workers;
    await first!.kill();
    const second = await stack.startWorker();
    await waitFor('the second attempt', () => hasStarted(jobId, 2));
    second.signal('SIGTERM');
    await stack.startWorker();
    expect((await stack.waitUntilFinal(jobId)).status).toBe('completed');
    await fetch(`${other}/v1/download/status/${jobId}`, { headers: TRACEPARENT });
    await waitFor(
      'the spans',
      () => collector.named('download').length > 0 && collector.named('callback').length > 0,
    );
    await waitFor('the status', () => collector.named('GET /v1/download/status/:jobId').length > 0);

    const [start] = collector.named('POST /v1/download/initiate');
    expect(start).toMatchObject({ traceId: TRACE, parentId: CALLER, service: 'longhaul-api' });
    const [status] = collector.named('GET /v1/download/status/:jobId');
    expect(status).toMatchObject({ traceId: TRACE, parentId: CALLER });
    expect(status!.instance).not.toBe(start!.instance);
    expect(collector.named('start download').map(parentOf)).toEqual(['POST /v1/download/initiate']);
    const [download] = collector.named('download');
    expect(parentOf(download!)).toBe('start download');
    expect(download!.attributes).toMatchObject({ 'longhaul.status': 'completed', 'longhaul.files': 2 });
    for (const step of ['prepareFiles', 'buildArchive', 'publishArchive']) {
      expect(new Set(collector.named(step).map(parentOf))).toEqual(new Set(['download']));
    }
    // The span of the killed worker is lost with it.
    const builds = collector.named('buildArchive');
    expect(builds.map(({ attributes }) => attributes['longhaul.handed_over'] ?? false)).toEqual([
      true,
      false,
    ]);
    expect(builds[0]!.attributes).toMatchObject({ 'longhaul.attempt': 2 });

    const [callback] = collector.named('callback');
    expect(callback!.traceId).not.toBe(TRACE);
    expect(callback!.links).toEqual([`${TRACE}-${download!.spanId}`]);
    expect(collector.spans.map(({ attributes }) => attributes['longhaul.job.id'])).toEqual(
      collector.spans.map(() => jobId),
    );
    expect(JSON.stringify(collector.spans)).not.toContain('hunter2');
    expect(stack.workers.at(-1)!.log).toContain(`"traceId":"${TRACE}"`);
  });

  it('show a cancelled build without an error', async () => {
    const response = await stack.post('/v1/download/initiate', SLOW_JOB, TRACEPARENT);
    const { jobId } = (await response.json()) as StartedDownload;
    await stack.until(jobId, building);
    await stack.post(`/v1/download/cancel/${jobId}`);
    const ofBuild = () =>
      collector.named('buildArchive').find(({ attributes }) => attributes['longhaul.job.id'] === jobId);
    await waitFor('the span', () => ofBuild() !== undefined);
    expect(ofBuild()!.attributes).toMatchObject({ 'longhaul.cancelled': true });
    expect(ofBuild()!.attributes).not.toHaveProperty('error.type');
  });

  it('never slow a request while the collector hangs', async () => {
    const silent = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const api = await stack.startAnotherApi({
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${(silent.address() as AddressInfo).port}`,
      OTEL_TRACES_SAMPLER_ARG: '1',
      REQUEST_TIMEOUT_MS: '2000',
    });
    try {
      const starts = await Promise.all(
        Array.from({ length: 20 }, () =>
          fetch(`${api}/v1/download/check`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body: JSON.stringify({ fileId: 70_001 }),
          }),
        ),
      );
      expect(starts.map(({ status }) => status)).toEqual(starts.map(() => 200));
    } finally {
      silent.close();
    }
  });
});
