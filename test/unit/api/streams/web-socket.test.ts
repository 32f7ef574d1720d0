import { once } from 'node:events';
import type { IncomingHttpHeaders } from 'node:http';
import { connect } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { type ClientOptions, WebSocket } from 'ws';
import { closeNodeServer } from '../../../../src/api/http/node-server.js';
import type { StreamMessage } from '../../../../src/contract/http/snake-case-schemas.js';
import { StreamApi } from '../../../support/stream-api.js';
import { waitFor } from '../../../support/wait-for.js';

/** The handshake of a WebSocket client. */
function handshake(url: string, changes: Record<string, string> = {}): string {
  const headers = {
    Host: 'x',
    Connection: 'Upgrade',
    Upgrade: 'websocket',
    'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==',
    'Sec-WebSocket-Version': '13',
    ...changes,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}`);
  return [`GET ${new URL(url).pathname} HTTP/1.1`, ...lines, '', ''].join('\r\n');
}

/** Sends a handshake and returns everything received until the server closes the connection. */
async function exchange(url: string, changes: Record<string, string>): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').setEncoding('latin1');
  let answer = '';
  socket.on('data', (text: string) => (answer += text));
  socket.write(handshake(url, changes));
  await once(socket, 'close');
  return answer;
}

describe('JobSockets', () => {
  let api: StreamApi;
  beforeAll(async () => {
    api = await StreamApi.start({ http: { corsOrigins: ['https://app.example'] } });
  });
  afterAll(() => api.stop());

  const sockets: WebSocket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.terminate();
  });

  class Listener {
    readonly messages: StreamMessage[] = [];
    closed: number | undefined;
    rejection: { status: number; headers: IncomingHttpHeaders; body: Record<string, unknown> } | undefined;
    accepted: IncomingHttpHeaders | undefined;
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
        this.rejection = { status: res.statusCode!, headers: res.headers, body };
      });
      this.socket.on('upgrade', (res) => (this.accepted = res.headers));
    }
  }

  it('sends the current state, then every change', async () => {
    const jobId = api.jobs.add();
    const listener = new Listener(api.socketUrl(jobId, api.tickets.issue(jobId, 'anonymous')));
    await waitFor('the current state', () => listener.messages.length === 1);
    api.jobs.change(jobId, { bytesHighWater: 500 });
    await waitFor('the change', () => listener.messages.length === 2);
    api.jobs.complete(jobId);
    await waitFor('the end', () => listener.closed);
    expect(listener.messages.map(({ type, progress }) => [type, progress])).toEqual([
      ['progress', 0.05],
      ['progress', 0.5],
      ['completed', 1],
    ]);
    expect(listener.messages[2]!.download_url).toBe(`${api.url}/signed/archives/photos.zip`);
    expect(listener.closed).toBe(1_000);
  });

  it('accepts the usual credentials', async () => {
    const jobId = api.jobs.add('ada');
    const listener = new Listener(api.socketUrl(jobId), { headers: { 'x-user-id': 'ada' } });
    await waitFor('the current state', () => listener.messages.length === 1);
    expect(listener.messages[0]!.job_id).toBe(jobId);
  });

  const rejections: [string, () => Listener, number, string][] = [
    [
      'an invalid ticket',
      () => {
        const jobId = api.jobs.add();
        return new Listener(api.socketUrl(jobId, 'x.y'));
      },
      401,
      'UNAUTHENTICATED',
    ],
    [
      'the ticket of another job',
      () => {
        const [jobId, other] = [api.jobs.add(), api.jobs.add()];
        return new Listener(api.socketUrl(jobId, api.tickets.issue(other, 'anonymous')));
      },
      401,
      'UNAUTHENTICATED',
    ],
    [
      'a job of another user',
      () => new Listener(api.socketUrl(api.jobs.add('ada')), { headers: { 'x-user-id': 'bob' } }),
      404,
      'JOB_NOT_FOUND',
    ],
    [
      'a ticket of another user',
      () => {
        const jobId = api.jobs.add('ada');
        return new Listener(api.socketUrl(jobId, api.tickets.issue(jobId, 'bob')));
      },
      404,
      'JOB_NOT_FOUND',
    ],
    [
      'an unknown job',
      () => new Listener(api.socketUrl('01a20349-adb2-73db-8ca6-e108bd9d35e4')),
      404,
      'JOB_NOT_FOUND',
    ],
    ['a malformed id', () => new Listener(api.socketUrl('%zz')), 404, 'JOB_NOT_FOUND'],
    ...['/v1/elsewhere', '/v1/elsewhere/stream'].map((path): [string, () => Listener, number, string] => [
      `the unknown path ${path}`,
      () => new Listener(`${api.url.replace('http', 'ws')}${path}`),
      404,
      'ROUTE_NOT_FOUND',
    ]),
    [
      'the origin null',
      () => new Listener(api.socketUrl(api.jobs.add()), { origin: 'null' }),
      403,
      'FORBIDDEN',
    ],
    [
      'a page of another origin',
      () => {
        const jobId = api.jobs.add();
        const ticket = api.tickets.issue(jobId, 'anonymous');
        return new Listener(api.socketUrl(jobId, ticket), { origin: 'https://evil.example' });
      },
      403,
      'FORBIDDEN',
    ],
  ];
  it.each(rejections)('rejects %s before it opens', async (_, open, status, code) => {
    const listener = open();
    await waitFor('the rejection', () => listener.rejection);
    expect(listener.rejection).toMatchObject({ status, body: { code, status } });
    const { headers, body } = listener.rejection!;
    expect(headers['content-type']).toContain('application/problem+json');
    expect(headers['x-request-id']).toBe(body['requestId']);
    expect(JSON.stringify(body)).not.toContain('ticket=');
    await waitFor('the connection to be closed', () => api.upgrades === 0);
  });

  it.each([
    ['an unknown version', { 'Sec-WebSocket-Version': '12' }, 426, 'UPGRADE_REQUIRED'],
    ['no version', { 'Sec-WebSocket-Version': '' }, 426, 'UPGRADE_REQUIRED'],
    ['an invalid key', { 'Sec-WebSocket-Key': 'x' }, 400, 'INVALID_REQUEST'],
    ['an invalid subprotocol', { 'Sec-WebSocket-Protocol': ',' }, 400, 'INVALID_REQUEST'],
  ])('rejects a handshake with %s', async (_, headers, status, code) => {
    const answer = await exchange(api.socketUrl(api.jobs.add()), headers);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    expect(answer).toContain('Content-Type: application/problem+json');
    expect(answer).toContain(`"code":"${code}"`);
    expect(answer.includes('Sec-WebSocket-Version: 13, 8\r\n')).toBe(status === 426);
    expect(answer.includes('Upgrade: websocket\r\n')).toBe(status === 426);
  });

  it('responds 426 without an upgrade', async () => {
    const url = api.socketUrl(api.jobs.add()).replace('ws', 'http');
    const plain = await fetch(url);
    expect(plain.status).toBe(426);
    expect(plain.headers.get('upgrade')).toBe('websocket');
    expect(await plain.json()).toMatchObject({ code: 'UPGRADE_REQUIRED' });
    const post = await fetch(url, { method: 'POST' });
    expect(post.status).toBe(405);
    expect(post.headers.get('allow')).toBe('GET, HEAD');
    await post.body?.cancel();
  });

  it('copies response headers into the 101', async () => {
    const headers = { 'x-request-id': 'mine' };
    const listener = new Listener(api.socketUrl(api.jobs.add()), { headers });
    await waitFor('the 101', () => listener.accepted);
    expect(listener.accepted).toMatchObject({ 'x-request-id': 'mine', connection: 'Upgrade' });
  });

  it.each([
    ['an allowed origin', () => 'https://app.example'],
    ['the origin of the API itself', () => api.url],
    ['the origin of the API behind TLS', () => api.url.replace('http', 'https')],
  ])('accepts %s', async (_, originOf) => {
    const jobId = api.jobs.add();
    const ticket = api.tickets.issue(jobId, 'anonymous');
    const listener = new Listener(api.socketUrl(jobId, ticket), { origin: originOf() });
    await waitFor('the current state', () => listener.messages.length === 1);
    expect(listener.rejection).toBeUndefined();
  });

  it('accepts the origin of PUBLIC_URL', async () => {
    const http = { corsOrigins: ['https://app.example'], publicUrl: 'https://api.example/longhaul' };
    const behind = await StreamApi.start({ http });
    const listener = new Listener(behind.socketUrl(behind.jobs.add()), {
      origin: 'https://api.example',
    });
    await waitFor('the current state', () => listener.messages.length === 1);
    expect(listener.rejection).toBeUndefined();
    await behind.stop();
  });

  it('ignores small messages and closes on large ones', async () => {
    const jobId = api.jobs.add();
    const listener = new Listener(api.socketUrl(jobId));
    await once(listener.socket, 'open');
    listener.socket.send('hello');
    api.jobs.change(jobId, { bytesHighWater: 1 });
    await waitFor('the stream to continue', () => listener.messages.length === 2);
    listener.socket.send('x'.repeat(2_000));
    await waitFor('the end', () => listener.closed);
    expect(listener.closed).toBe(1_009);
    await waitFor('the stream to be removed', () => api.streams.size === 0);
  });

  it.each(['nonsense', 'websocket'])('survives malformed upgrade requests to %s', async (protocol) => {
    for (const path of [
      '//',
      '/%',
      '/v1/download/jobs/x/stream?ticket=%zz',
      '/%/stream',
      '//stream?ticket=x',
    ]) {
      const socket = connect(api.port, '127.0.0.1');
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: ${protocol}\r\n\r\n`);
      const [data] = (await once(socket, 'data')) as [Buffer];
      expect(data.toString()).toMatch(/^HTTP\/1\.1 [24]\d\d /);
      socket.destroy();
    }
    expect((await fetch(`${api.url}/livez`)).status).toBe(200);
  });

  it.each(['an orderly close', 'a reset'])(
    'removes the stream after %s before it opened',
    async (disconnect) => {
      const slow = await StreamApi.start();
      let release!: () => void;
      slow.jobs.gate = new Promise((resolve) => (release = resolve));
      const socket = connect(slow.port, '127.0.0.1');

      socket.write(handshake(slow.socketUrl(slow.jobs.add())));
      await waitFor('the job to be read', () => slow.jobs.reads === 1);
      if (disconnect === 'an orderly close') socket.destroy();
      else socket.resetAndDestroy();
      await once(socket, 'close');
      release();
      await waitFor('the connection to be closed', () => slow.upgrades === 0);
      expect(slow.streams.size).toBe(0);
      await slow.stop();
    },
  );

  it('pings and destroys an unresponsive client', async () => {
    const quick = await StreamApi.start({ times: { heartbeatMs: 30 } });
    const jobId = quick.jobs.add();
    const responsive = new Listener(quick.socketUrl(jobId));
    const unresponsive = new Listener(quick.socketUrl(jobId), { autoPong: false });
    await Promise.all([once(responsive.socket, 'open'), once(unresponsive.socket, 'open')]);
    let pings = 0;
    responsive.socket.on('ping', () => pings++);
    await waitFor('the unresponsive client to be destroyed', () => unresponsive.closed);
    expect(unresponsive.closed).toBe(1_006);
    await waitFor('more pings', () => pings >= 3);
    expect(responsive.closed).toBeUndefined();
    expect(quick.streams.size).toBe(1);
    await quick.stop();
  });

  it('rejects streams beyond the total limit', async () => {
    const small = await StreamApi.start({ limits: { total: 1 } });
    const jobId = small.jobs.add();
    const first = new Listener(small.socketUrl(jobId));
    await once(first.socket, 'open');
    const second = new Listener(small.socketUrl(jobId));
    await waitFor('the rejection', () => second.rejection);
    expect(second.rejection).toMatchObject({ status: 503, body: { code: 'TOO_MANY_STREAMS' } });
    await small.stop();
  });

  it('rejects streams beyond the limit per user', async () => {
    const small = await StreamApi.start({ limits: { perUser: 1 } });
    const open = (userId: string) =>
      new Listener(small.socketUrl(small.jobs.add(userId)), { headers: { 'x-user-id': userId } });
    const first = open('ada');
    await once(first.socket, 'open');
    const second = open('ada');
    await waitFor('the rejection', () => second.rejection);
    expect(second.rejection).toMatchObject({
      status: 429,
      headers: { 'retry-after': expect.stringMatching(/^[5-8]$/) },
      body: { code: 'RATE_LIMITED' },
    });
    await once(open('grace').socket, 'open');
    first.socket.close();
    await waitFor('the first stream to be removed', () => small.streams.size === 1);
    await once(open('ada').socket, 'open');
    await small.stop();
  });

  it('restarts current and later streams at shutdown', async () => {
    const stopping = await StreamApi.start();
    const jobId = stopping.jobs.add();
    const first = new Listener(stopping.socketUrl(jobId));
    await once(first.socket, 'open');
    stopping.streams.restart();
    await waitFor('the first to close', () => first.closed);
    const second = new Listener(stopping.socketUrl(jobId));
    await waitFor('the second to close', () => second.closed);
    expect([first.closed, second.closed]).toEqual([1_012, 1_012]);
    expect(second.messages).toEqual([]);
    await stopping.stop();
  });

  it('destroys unresponsive clients at shutdown', async () => {
    const stopping = await StreamApi.start({ times: { restartGraceMs: 50 } });
    const unresponsive = connect(stopping.port, '127.0.0.1');
    unresponsive.write(handshake(stopping.socketUrl(stopping.jobs.add())));
    await waitFor('the stream to open', () => stopping.streams.size === 1);
    stopping.streams.restart();
    await closeNodeServer(stopping.server, 600_000);
    unresponsive.destroy();
    await waitFor('the stream to be removed', () => stopping.streams.size === 0);
    expect(stopping.upgrades).toBe(0);
  });

  it('restarts when the job is deleted', async () => {
    const jobId = api.jobs.add();
    const listener = new Listener(api.socketUrl(jobId));
    await waitFor('the current state', () => listener.messages.length === 1);
    api.jobs.remove(jobId);
    await waitFor('the end', () => listener.closed);
    expect(listener.closed).toBe(1_012);
    expect(listener.messages).toHaveLength(1);
    const again = new Listener(api.socketUrl(jobId));
    await waitFor('the rejection', () => again.rejection);
    expect(again.rejection).toMatchObject({ status: 404, body: { code: 'JOB_NOT_FOUND' } });
  });
});
