import { once } from 'node:events';
import { type AddressInfo, createServer, type Server } from 'node:net';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts } from '../../src/dev/processes/free-ports.js';
import { open } from '../support/raw-http.js';
import { metricsPortIn } from '../support/metrics-text.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { TestServer } from '../support/test-server.js';
import { waitFor } from '../support/wait-for.js';

const JOB = '5d9f1d5e-6a0c-4f7e-9a55-1f6f2c1f7a34';

const CANCEL = `POST /v1/download/cancel/${JOB} HTTP/1.1\r\nhost: x\r\nexpect: 100-continue\r\nconnection: close\r\ncontent-length: 0\r\n\r\n`;

/** Sends a signal, and waits until the server ended by itself. Returns the lines that it wrote afterwards. */
async function endOf(server: TestServer, signal: NodeJS.Signals = 'SIGTERM'): Promise<string[]> {
  const before = server.log.length;
  server.signal(signal);
  await waitFor('the process to end', () => !server.isRunning);
  expect(server.exitCode).toBe(0);
  return server.log.slice(before).trim().split('\n');
}

/** The log lines of a shutdown. Failed requests have lines of their own. */
function shutdownLines(lines: readonly string[]): unknown[] {
  return lines
    .map((line) => JSON.parse(line) as { msg: string })
    .filter(({ msg }) => !msg.startsWith('request'));
}

describe('shutdown without Temporal', () => {
  let server: TestServer;
  let port: number;
  let silent: Server;
  beforeAll(async () => {
    [port] = (await freePorts(1)) as [number];
    silent = createServer();
  });
  afterEach(() => server.kill());
  afterAll(() => void silent.close());

  async function start(program: string, temporalPort: number): Promise<void> {
    const dataDir = await mkdtemp(join(tmpdir(), 'longhaul-shutdown-'));
    const env = {
      TEMPORAL_ADDRESS: `127.0.0.1:${temporalPort}`,
      PORT: String(port),
      HOST: '127.0.0.1',
      DATA_DIR: dataDir,
    };
    server = new TestServer(process.execPath, [resolve('dist', program)], env, [dataDir]);
    server.start();
  }

  it.each(['SIGTERM', 'SIGINT'] as const)('ends the API with one line on %s', async (signal) => {
    await start('api/server.js', (await freePorts(1))[0]!);
    const get = (path: string) => fetch(`http://127.0.0.1:${port}${path}`);
    await waitFor('the API to start', async () => (await get('/livez')).ok);
    expect((await get('/health')).status).toBe(503);
    // Node announces that the request arrived. Its call to Temporal has no answer yet.
    const { socket, answer, closed } = open(port);
    socket.write(CANCEL);
    await waitFor('the request to arrive', () => answer().startsWith('HTTP/1.1 100 '));
    expect(shutdownLines(await endOf(server, signal))).toEqual([
      expect.objectContaining({ msg: 'api shutting down', reason: signal }),
    ]);
    await closed;
    expect(answer()).toMatch(/^HTTP\/1\.1 503 /m);
  });

  it('ends a worker that connects', async () => {
    const connected = once(silent, 'connection');
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    await start('worker.js', (silent.address() as AddressInfo).port);
    await connected;
    expect(shutdownLines(await endOf(server))).toEqual([
      expect.objectContaining({ msg: 'worker shutting down', reason: 'SIGTERM' }),
    ]);
  });
});

describeWith(await locateTemporalCli(), 'shutdown after Temporal stopped', (temporalCli) => {
  let stack: Stack;
  beforeAll(async () => {
    const env = {
      SHUTDOWN_GRACE_MS: '1000',
      METRICS_PORT: '0',
      TEMPORAL_METRICS_PORT: String((await freePorts(1))[0]),
    };
    stack = await Stack.start({ temporalCli, env });
    await stack.temporal.kill();
  });
  afterAll(() => stack?.stop());

  it.each(['/livez', '/readyz'])('leaves the worker healthy at %s', async (path) => {
    const port = metricsPortIn(stack.workers[0]!.log);
    const response = await fetch(`http://127.0.0.1:${port}${path}`);
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({ message: 'running', workers: { longhaul: 'RUNNING' } });
  });

  it('ends the API with one line', async () => {
    expect((await stack.request('/health')).status).toBe(503);
    expect((await stack.request(`/v1/download/status/${JOB}`)).status).toBe(503);
    expect(shutdownLines(await endOf(stack.api))).toEqual([
      expect.objectContaining({ msg: 'api shutting down' }),
    ]);
  });

  it('ends the worker without an error', async () => {
    const lines = await endOf(stack.workers[0]!);
    const errors = lines.map((line) => JSON.parse(line) as { level: string }).filter(isError);
    expect(errors).toEqual([]);
  });
});

function isError({ level }: { level: string }): boolean {
  return level === 'error' || level === 'fatal';
}
