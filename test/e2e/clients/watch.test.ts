import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { type ClientOptions, LonghaulClient, type SocketClass } from 'longhaul/client';
import { WebSocket } from 'ws';
import { CuttingProxy } from '../../support/cutting-proxy.js';
import { pseudoText } from '../../support/pseudo-text.js';
import { describeWith } from '../../support/require-server.js';
import { Stack } from '../../support/stack.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { waitFor } from '../../support/wait-for.js';
import { Watched } from '../../support/watched.js';

const SLOW_BYTES = 160 * 1024 * 1024;
/** Takes seconds to deflate on any machine. */
const SLOW_JOB = { fileIds: [70_000], archive: { compression: 'deflate' as const } };

/** Node 20 has no WebSocket of its own. */
const webSocket = (globalThis as { WebSocket?: SocketClass }).WebSocket ?? WebSocket;

describeWith(await locateTemporalCli(), 'LonghaulClient.watch', (temporalCli) => {
  let stack: Stack;
  let proxy: CuttingProxy;
  beforeAll(async () => {
    stack = await Stack.start({ temporalCli });
    proxy = await CuttingProxy.start(stack.baseUrl);
    await stack.store.write('downloads/70000', pseudoText(SLOW_BYTES), {
      metadata: { filename: 'slow.txt' },
    });
  });
  afterEach(() => proxy.reset());
  afterAll(async () => {
    await proxy?.stop();
    await stack?.stop();
  });

  const clientOf = (options: ClientOptions = {}) =>
    new LonghaulClient({ baseUrl: proxy.url, webSocket, ...options });

  /** Starts a job and watches it. */
  async function watched(options?: ClientOptions): Promise<Watched> {
    const client = clientOf(options);
    const { jobId } = await client.start(SLOW_JOB);
    return new Watched(client, jobId);
  }

  const live = (job: Watched) => waitFor('the stream', () => job.states.includes('live'), 60_000);

  async function building(job: Watched): Promise<void> {
    await live(job);
    await waitFor('the build', () => job.last!.bytesProcessed > 0, 60_000);
  }

  it('follows a job by WebSocket', async () => {
    const job = await watched();
    await job.end;
    job.expectWhole();
    expect(job.states).toEqual(['polling', 'live']);
    expect(proxy.count('socket')).toBe(1);
    expect(proxy.count('events')).toBe(0);
    // The start, one status before the stream, and one that completes the final message.
    expect(proxy.count('request')).toBeLessThanOrEqual(4);
    await waitFor('the end of the socket', () => proxy.openStreams === 0);
  });

  it('follows a job by events when sockets are refused', async () => {
    proxy.cut = ({ kind }) => (kind === 'socket' ? { status: 403 } : undefined);
    const job = await watched();
    await job.end;
    job.expectWhole();
    expect(job.states).toEqual(['polling', 'live']);
    expect(proxy.count('events')).toBe(1);
    expect(proxy.requests.find(({ kind }) => kind === 'events')!.headers.authorization).toBeUndefined();
  });

  it('polls when a proxy refuses sockets and buffers events', async () => {
    proxy.cut = ({ kind }) => (kind === 'socket' ? 'refuse' : kind === 'events' ? 'buffer' : undefined);
    const job = await watched();
    await job.end;
    job.expectWhole();
    expect(job.seen.length).toBeGreaterThan(3);
    expect(proxy.count('socket')).toBe(1);
  });

  it.each(['websocket', 'sse'] as const)('sees every state when each %s breaks', async (transport) => {
    proxy.cut = ({ kind }) => (kind === 'request' ? undefined : { afterParts: 3 });
    const job = await watched({ transports: [transport] });
    await job.end;
    job.expectWhole();
    expect(job.states).toContain('reconnecting');
    expect(proxy.count(transport === 'sse' ? 'events' : 'socket')).toBeGreaterThan(1);
  });

  it('comes back to a stream that broke', async () => {
    const job = await watched();
    // As early as possible: the job must outlast the client's pause before the next stream.
    await live(job);
    proxy.breakStreams();
    await waitFor('the next stream', () => proxy.count('socket') === 2);
    await job.end;
    job.expectWhole();
    expect(job.states.slice(0, 4)).toEqual(['polling', 'live', 'reconnecting', 'live']);
  });

  it('polls through a network that loses every third answer', async () => {
    proxy.cut = ({ number, kind }) =>
      kind !== 'request' ? 'hang' : number % 3 === 0 ? 'lose answer' : undefined;
    const job = await watched();
    await job.end;
    job.expectWhole();
    expect(job.states).not.toContain('live');
  });

  it.each(['SIGTERM', 'SIGKILL'] as const)('goes on after %s of the server', async (signal) => {
    const job = await watched();
    await building(job);
    stack.api.signal(signal);
    await waitFor('the end of the server', () => !stack.api.isRunning);
    await stack.api.kill();
    await stack.startApi();
    await job.end;
    job.expectWhole();
    expect(job.states).toContain('reconnecting');
  });

  it('goes on after the server hung', async () => {
    const job = await watched({ timeoutMs: 500 });
    await building(job);
    await stack.api.pause();
    proxy.breakStreams();
    await waitFor('the fault', () => job.states.includes('reconnecting'));
    stack.api.resume();
    await job.end;
    job.expectWhole();
    expect(job.states.slice(0, 3)).toEqual(['polling', 'live', 'reconnecting']);
  });

  it('closes everything when the consumer leaves', async () => {
    const client = clientOf();
    const { jobId } = await client.start(SLOW_JOB);
    for await (const { bytesProcessed } of client.watch(jobId)) {
      if (bytesProcessed > 0 && proxy.openStreams > 0) break;
    }
    await waitFor('the end of the stream', () => proxy.openStreams === 0);
    const before = proxy.requests.length;
    await client.cancel(jobId);
    expect(proxy.requests.length).toBe(before + 1);
  });

  it.each([['websocket', 'sse'], ['sse'], ['poll']])('lets the process end, by %s', async (...transports) => {
    const { jobId } = await clientOf().start(SLOW_JOB);
    const options = JSON.stringify({ baseUrl: proxy.url, transports });
    const script = `import { LonghaulClient } from 'longhaul/client';
      for await (const { bytesProcessed } of new LonghaulClient(${options}).watch('${jobId}')) {
        if (bytesProcessed > 0) break;
      }
      console.log('left');`;
    const node = promisify(execFile);
    const { stdout } = await node(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 60_000,
    });
    expect(stdout).toBe('left\n');
  });

  it('throws the reason of an aborted signal', async () => {
    const client = clientOf();
    const { jobId } = await client.start(SLOW_JOB);
    const stop = new AbortController();
    const job = new Watched(client, jobId, stop.signal);
    await building(job);
    stop.abort('no longer wanted');
    await expect(job.end).rejects.toBe('no longer wanted');
    await waitFor('the end of the stream', () => proxy.openStreams === 0);
    await client.cancel(jobId);
  });

  it('throws for an unknown job', async () => {
    const job = new Watched(clientOf(), '5d9f1d5e-6a0c-4f7e-9a55-1f6f2c1f7a34');
    await expect(job.end).rejects.toMatchObject({ code: 'JOB_NOT_FOUND', status: 404 });
  });
});
