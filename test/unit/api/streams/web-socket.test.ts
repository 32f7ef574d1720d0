import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ClientOptions, WebSocket } from 'ws';
import type { StreamMessage } from '../../../../src/api/streams/stream-message.js';
import { StreamApi } from '../../../support/stream-api.js';
import { waitFor } from '../../../support/wait-for.js';

describe('the WebSocket of a job', () => {
  let api: StreamApi;
  beforeAll(async () => {
    api = await StreamApi.start({ corsOrigins: ['https://app.example'] });
  });
  afterAll(() => api.stop());

  const sockets: WebSocket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.terminate();
  });

  class Listener {
    readonly messages: StreamMessage[] = [];
    closed: number | undefined;
    refused: { status: number; body: Record<string, unknown> } | undefined;
    readonly socket: WebSocket;
    constructor(url: string, options: ClientOptions = {}) {
      this.socket = new WebSocket(url, options);
      sockets.push(this.socket);
      this.socket.on('message', (data: Buffer) =>
        this.messages.push(JSON.parse(data.toString()) as StreamMessage),
      );
      this.socket.on('close', (code) => (this.closed = code));
      this.socket.on('error', () => {});
      this.socket.on('unexpected-response', async (_req, res) => {
        const chunks: Buffer[] = [];
        for await (const chunk of res) chunks.push(chunk as Buffer);
        const body = JSON.parse(Buffer.concat(chunks).toString()) as Record<string, unknown>;
        this.refused = { status: res.statusCode!, body };
      });
    }
  }

  it('tells the present state at once, then every change, and closes normally at the end', async () => {
    const jobId = api.downloads.add();
    const listener = new Listener(api.socketUrl(jobId, api.tickets.issue(jobId, 'anonymous')));
    await waitFor('the present state', () => listener.messages.length === 1);
    api.downloads.change(jobId, { bytesHighWater: 500 });
    await waitFor('the change', () => listener.messages.length === 2);
    api.downloads.complete(jobId);
    await waitFor('the end', () => listener.closed);
    expect(listener.messages.map(({ type, progress }) => [type, progress])).toEqual([
      ['progress', 0.05],
      ['progress', 0.5],
      ['completed', 1],
    ]);
    expect(listener.messages[2]!.download_url).toBe(`${api.url}/signed/archives/photos.zip`);
    expect(listener.closed).toBe(1_000);
  });

  it('knows its user by the usual headers too', async () => {
    const jobId = api.downloads.add('ada');
    const listener = new Listener(api.socketUrl(jobId), { headers: { 'x-user-id': 'ada' } });
    await waitFor('the present state', () => listener.messages.length === 1);
    expect(listener.messages[0]!.job_id).toBe(jobId);
  });

  const refusals: [string, () => Listener, number, string][] = [
    [
      'a ticket that is none',
      () => {
        const jobId = api.downloads.add();
        return new Listener(api.socketUrl(jobId, 'x.y'));
      },
      401,
      'UNAUTHENTICATED',
    ],
    [
      'the ticket of another job',
      () => {
        const [jobId, other] = [api.downloads.add(), api.downloads.add()];
        return new Listener(api.socketUrl(jobId, api.tickets.issue(other, 'anonymous')));
      },
      401,
      'UNAUTHENTICATED',
    ],
    [
      'a job of another user',
      () => new Listener(api.socketUrl(api.downloads.add('ada')), { headers: { 'x-user-id': 'bob' } }),
      404,
      'JOB_NOT_FOUND',
    ],
    [
      'a ticket of another user',
      () => {
        const jobId = api.downloads.add('ada');
        return new Listener(api.socketUrl(jobId, api.tickets.issue(jobId, 'bob')));
      },
      404,
      'JOB_NOT_FOUND',
    ],
    [
      'a job that is not there',
      () => new Listener(api.socketUrl('01a20349-adb2-73db-8ca6-e108bd9d35e4')),
      404,
      'JOB_NOT_FOUND',
    ],
    ['an id that is none', () => new Listener(api.socketUrl('%zz')), 404, 'JOB_NOT_FOUND'],
    [
      'a path that is none',
      () => new Listener(`${api.url.replace('http', 'ws')}/v1/elsewhere`),
      404,
      'ROUTE_NOT_FOUND',
    ],
    [
      'a page of another origin',
      () => {
        const jobId = api.downloads.add();
        const ticket = api.tickets.issue(jobId, 'anonymous');
        return new Listener(api.socketUrl(jobId, ticket), { origin: 'https://evil.example' });
      },
      403,
      'FORBIDDEN',
    ],
  ];
  it.each(refusals)('is refused before it opens for %s', async (_, open, status, code) => {
    const listener = open();
    await waitFor('the refusal', () => listener.refused);
    expect(listener.refused).toMatchObject({ status, body: { code, status } });
  });

  it('opens for a page of an origin that is let in', async () => {
    const jobId = api.downloads.add();
    const ticket = api.tickets.issue(jobId, 'anonymous');
    const listener = new Listener(api.socketUrl(jobId, ticket), { origin: 'https://app.example' });
    await waitFor('the present state', () => listener.messages.length === 1);
    expect(listener.refused).toBeUndefined();
  });

  it('ignores what a client says, and hangs up on one that says much', async () => {
    const jobId = api.downloads.add();
    const listener = new Listener(api.socketUrl(jobId));
    await once(listener.socket, 'open');
    listener.socket.send('hello');
    api.downloads.change(jobId, { bytesHighWater: 1 });
    await waitFor('the stream to go on', () => listener.messages.length === 2);
    listener.socket.send('x'.repeat(2_000));
    await waitFor('the end', () => listener.closed);
    expect(listener.closed).toBe(1_009);
    await waitFor('the stream to be dropped', () => api.streams.size === 0);
  });

  it('survives requests that are no WebSockets at all', async () => {
    const { port } = new URL(api.url);
    for (const path of ['//', '/%', '/v1/download/jobs/x/stream?ticket=%zz']) {
      const socket = connect(Number(port), '127.0.0.1');
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: nonsense\r\n\r\n`);
      const [data] = (await once(socket, 'data')) as [Buffer];
      expect(data.toString()).toMatch(/^HTTP\/1\.1 40\d /);
      socket.destroy();
    }
    expect((await fetch(`${api.url}/livez`)).status).toBe(200);
  });

  it('pings, and drops a client that does not answer', async () => {
    const quick = await StreamApi.start({ times: { heartbeatMs: 30 } });
    const jobId = quick.downloads.add();
    const answering = new Listener(quick.socketUrl(jobId));
    const silent = new Listener(quick.socketUrl(jobId), { autoPong: false });
    await Promise.all([once(answering.socket, 'open'), once(silent.socket, 'open')]);
    let pings = 0;
    answering.socket.on('ping', () => pings++);
    await waitFor('the silent one to be dropped', () => silent.closed);
    expect(silent.closed).toBe(1_006);
    await waitFor('more pings', () => pings >= 3);
    expect(answering.closed).toBeUndefined();
    expect(quick.streams.size).toBe(1);
    await quick.stop();
  });

  it('is refused when the server has no room, or is about to stop; then clients are sent elsewhere', async () => {
    const small = await StreamApi.start({ maxStreams: 1 });
    const jobId = small.downloads.add();
    const first = new Listener(small.socketUrl(jobId));
    await once(first.socket, 'open');
    const second = new Listener(small.socketUrl(jobId));
    await waitFor('the refusal', () => second.refused);
    expect(second.refused).toMatchObject({ status: 503, body: { code: 'TOO_MANY_STREAMS' } });
    small.streams.restart();
    await waitFor('the first to be sent elsewhere', () => first.closed);
    expect(first.closed).toBe(1_012);
    const third = new Listener(small.socketUrl(jobId));
    await waitFor('the refusal of the third', () => third.refused);
    expect(third.refused?.status).toBe(503);
    await small.stop();
  });
});
