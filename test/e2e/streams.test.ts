import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { EventSource } from 'eventsource';
import { WebSocket } from 'ws';
import type { StreamMessage } from '../../src/contract/http/snake-case-schemas.js';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import { pseudoText } from '../support/pseudo-text.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const SLOW_BYTES = 160 * 1024 * 1024;
/** Takes seconds to deflate on any machine. */
const SLOW_JOB = { fileIds: [70_000], archive: { compression: 'deflate' } };

describeWith(await locateTemporalCli(), 'download progress', (temporalCli) => {
  let stack: Stack;
  let otherUrl: string;
  beforeAll(async () => {
    const secret = { STREAM_TICKET_SECRET: 'a secret that all API servers of this test share' };
    stack = await Stack.start({ temporalCli, env: secret });
    otherUrl = await stack.startAnotherApi();
    await stack.store.write('downloads/70000', pseudoText(SLOW_BYTES), {
      metadata: { filename: 'slow.txt' },
    });
    await stack.store.write('downloads/70001', Buffer.from('small'));
  });
  afterAll(() => stack?.stop());

  const statusAt = async (baseUrl: string, jobId: string, search = '') =>
    (await (await fetch(`${baseUrl}/v1/download/status/${jobId}${search}`)).json()) as DownloadStatus;

  function expectNeverBack(seen: { progress: number }[]): void {
    const progress = seen.map((status) => status.progress);
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
  }

  it('arrives by WebSocket up to a working link', async () => {
    const { streamUrl } = await stack.initiate(SLOW_JOB);
    const messages: StreamMessage[] = [];
    const socket = new WebSocket(streamUrl);
    let closed: number | undefined;
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as StreamMessage));
    socket.on('close', (code) => (closed = code));
    await waitFor('the end', () => closed);
    expect(closed).toBe(1_000);
    expectNeverBack(messages);
    expect(messages.length).toBeGreaterThan(3);
    expect(messages.at(-1)).toMatchObject({ type: 'completed', status: 'completed', progress: 1 });
    const archive = await fetch(messages.at(-1)!.download_url!);
    expect(archive.status).toBe(200);
    // Cancel it, otherwise the server would wait for the unread download at shutdown.
    await archive.body?.cancel();
  });

  it('arrives by EventSource across a server change', async () => {
    const { eventsUrl, jobId } = await stack.initiate(SLOW_JOB);
    const messages: StreamMessage[] = [];
    let lastId = '';
    const follow = (url: string) => {
      const source = new EventSource(url, {
        fetch: (input, init) =>
          fetch(input, {
            ...init,
            headers: { ...init.headers, ...(lastId ? { 'Last-Event-ID': lastId } : {}) },
          }),
      });
      source.addEventListener('message', (event) => {
        messages.push(JSON.parse(event.data as string) as StreamMessage);
        lastId = event.lastEventId;
      });
      return source;
    };
    const first = follow(eventsUrl);
    await waitFor('the build', () => messages.some((message) => message.bytes_processed > 0));
    first.close();
    const seen = messages.length;
    const second = follow(eventsUrl.replace(stack.baseUrl, otherUrl));
    await waitFor('the end', () => second.readyState === EventSource.CLOSED);
    expect(messages.length).toBeGreaterThan(seen);
    expectNeverBack(messages);
    expect(messages.at(-1)).toMatchObject({ type: 'completed', job_id: jobId });
    expect(messages.filter((message) => message.type === 'completed')).toHaveLength(1);
  });

  it('arrives by long polling', async () => {
    const { jobId } = await stack.initiate(SLOW_JOB);
    const seen: DownloadStatus[] = [];
    while (seen.at(-1)?.status !== 'completed')
      seen.push(await statusAt(stack.baseUrl, jobId, '?waitMs=30000'));
    expectNeverBack(seen);
    expect(seen.length).toBeLessThan(100);
  });

  it('never decreases when two servers are polled alternately', async () => {
    const { jobId } = await stack.initiate(SLOW_JOB);
    const seen: DownloadStatus[] = [];
    for (let i = 0; seen.at(-1)?.status !== 'completed'; i++) {
      const status = await statusAt(i % 2 ? otherUrl : stack.baseUrl, jobId);
      seen.push(status);
      await delay(status.nextPollInMs ?? 0);
    }
    expectNeverBack(seen);
  });

  it('survives cancellation on every server', async () => {
    const { jobId, streamUrl } = await stack.initiate(SLOW_JOB);
    const messages: StreamMessage[] = [];
    const socket = new WebSocket(streamUrl);
    socket.on('message', (data: Buffer) => messages.push(JSON.parse(data.toString()) as StreamMessage));
    await waitFor('the build', () => messages.some((message) => message.bytes_processed > 0));
    await stack.post(`/v1/download/cancel/${jobId}`);
    await waitFor('the end', () => socket.readyState === WebSocket.CLOSED);
    expectNeverBack(messages);
    expect(messages.at(-1)).toMatchObject({ type: 'error', status: 'cancelled' });
    const newcomer = await stack.startAnotherApi();
    const { bytesProcessed } = await statusAt(newcomer, jobId);
    expect(bytesProcessed).toBeGreaterThanOrEqual(messages.at(-2)!.bytes_processed);
  });

  it('redirects clients when the server stops', async () => {
    const { streamUrl, eventsUrl } = await stack.initiate(SLOW_JOB);
    const socket = new WebSocket(streamUrl);
    const events = await fetch(eventsUrl);
    const closed = new Promise((resolve) => socket.on('close', resolve));
    await new Promise((resolve) => socket.once('message', resolve));
    // A client that never answers, not even the close frame.
    const silent = new WebSocket(streamUrl);
    await new Promise((resolve) => silent.once('message', resolve));
    silent.pause();
    stack.api.signal('SIGTERM');
    expect(await closed).toBe(1_012);
    expect(await events.text()).toMatch(/retry: 1000\n\n$/);
    // Well below SHUTDOWN_GRACE_MS, which is 25 s.
    await waitFor('the server to end', () => !stack.api.isRunning, 15_000);
    expect(stack.api.log).not.toContain('shutdown phase failed');
    silent.terminate();
  });
});
