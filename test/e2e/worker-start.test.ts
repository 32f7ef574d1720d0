import { afterEach, expect, it } from '@jest/globals';
import { S3Client, CreateBucketCommand } from '@aws-sdk/client-s3';
import { metricsPortIn } from '../support/metrics-text.js';
import { describeWith } from '../support/require-server.js';
import { locateVersitygw, type S3Server, startVersitygw } from '../support/s3-servers.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import type { TestServer } from '../support/test-server.js';
import { waitFor } from '../support/wait-for.js';

const programs = await Promise.all([locateTemporalCli(), locateVersitygw()]);

interface LogLine {
  level: string;
  msg: string;
}

describeWith(programs, 'worker', (temporalCli, versitygw) => {
  let stack: Stack;
  let s3: S3Server | undefined;
  afterEach(async () => {
    await stack?.stop();
    await s3?.stop();
    s3 = undefined;
  });

  async function startWithoutWorker() {
    s3 = await startVersitygw(versitygw);
    stack = await Stack.start({ temporalCli, s3, workers: 0 });
    return s3;
  }

  async function refusedStart(env: Record<string, string>): Promise<{ worker: TestServer; warning: string }> {
    const worker = stack.spawnWorker(env);
    await waitFor('the worker to report its store', () => warningsOf(worker).length > 0);
    return { worker, warning: warningsOf(worker)[0]! };
  }

  async function expectAbsent(worker: TestServer) {
    expect(worker.log).not.toContain('worker ready');
    expect(await healthChecks()).toMatchObject({ worker: 'not reachable' });
  }

  async function healthChecks(): Promise<Record<string, string>> {
    const report = (await (await stack.request('/health')).json()) as { checks: Record<string, string> };
    return report.checks;
  }

  /** Asks the metrics port of a worker, as probes do. */
  async function probed(worker: TestServer, path: string): Promise<{ status: number; message: string }> {
    const response = await fetch(`http://127.0.0.1:${metricsPortIn(worker.log)}${path}`);
    const { message } = (await response.json()) as { message: string };
    return { status: response.status, message };
  }

  async function expectQuietExit(worker: TestServer) {
    worker.signal('SIGTERM');
    await waitFor('the worker to end', () => !worker.isRunning);
    expect(worker.exitCode).toBe(0);
    expect(worker.log).not.toMatch(/"level":"(error|fatal)"/);
  }

  it('logs no warning in a normal start', async () => {
    stack = await Stack.start({ temporalCli });
    const [worker] = stack.workers;
    await waitFor('all queues to be polled', () => worker!.log.match(/"RUNNING"/g)?.length === 4);
    expect(warningsOf(worker!)).toEqual([]);
  });

  it('takes no work with a wrong secret', async () => {
    await startWithoutWorker();
    const { worker, warning } = await refusedStart({ S3_SECRET_ACCESS_KEY: 'wrong' });
    expect(warning).toContain('S3_SECRET_ACCESS_KEY');
    await expectAbsent(worker);
    await expectQuietExit(worker);
  });

  it('becomes ready once its bucket exists', async () => {
    const { bucket: _, ...server } = await startWithoutWorker();
    const { worker, warning } = await refusedStart({ S3_BUCKET_NAME: 'created-later' });
    expect(warning).toContain('S3_BUCKET_NAME');
    await expectAbsent(worker);
    const client = new S3Client({ ...server, forcePathStyle: true, credentials: server });
    await client.send(new CreateBucketCommand({ Bucket: 'created-later' }));
    client.destroy();
    await waitFor('the worker to be ready', () => worker.log.includes('worker ready'));
    await waitFor('the API to find the worker', async () => (await healthChecks())['worker'] === 'ok');
  });

  it('waits for a store that does not run', async () => {
    const server = await startWithoutWorker();
    await server.kill();
    const { worker, warning } = await refusedStart({ METRICS_PORT: '0' });
    expect(warning).toContain('S3_ENDPOINT');
    await expectAbsent(worker);
    expect(await probed(worker, '/livez')).toMatchObject({ status: 200 });
    expect(await probed(worker, '/readyz')).toMatchObject({ status: 503 });
    await server.restart();
    await waitFor('the worker to be ready', () => worker.log.includes('worker ready'));
    expect(warningsOf(worker)).toHaveLength(1);
    await waitFor('the worker to run', async () => (await probed(worker, '/readyz')).message === 'running');
    expect(await probed(worker, '/livez')).toEqual({ status: 200, message: 'running' });
    await expectQuietExit(worker);
  });
});

/** Returns the messages of all warnings and errors. */
function warningsOf(worker: TestServer): string[] {
  const lines = worker.log.split('\n').filter((line) => line.startsWith('{'));
  const logged = lines.map((line) => JSON.parse(line) as LogLine);
  return logged.filter(({ level }) => ['warn', 'error', 'fatal'].includes(level)).map(({ msg }) => msg);
}
