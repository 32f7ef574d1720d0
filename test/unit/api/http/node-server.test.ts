import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createApp } from '../../../../src/api/app.js';
import { closeNodeServer, createNodeServer, drainNodeServer } from '../../../../src/api/http/node-server.js';
import { problemSchema } from '../../../../src/contract/http/answers.js';
import { appDependencies } from '../../../support/api-server.js';
import { close, exchange, listen, open, SHORT_LIMITS } from '../../../support/raw-http.js';

const UNFINISHED = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc';

describe('NodeServer', () => {
  let server: Server;
  let handler: RequestListener;
  beforeEach(() => {
    handler = (req, res) => void req.resume().once('end', () => res.end('done'));
  });
  afterEach(async () => {
    if (server.listening) await close(server);
  });

  function serve(limits = {}): Promise<number> {
    server = createNodeServer((req, res) => handler(req, res), limits);
    return listen(server);
  }

  it.each([
    ['nothing', ''],
    ['incomplete headers', 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: '],
    ['an incomplete body', UNFINISHED],
  ])('times out a client that sends %s', async (_, sent) => {
    expect(await exchange(await serve(SHORT_LIMITS), sent)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it.each([
    ['no HTTP', 'EHLO example.org\r\n'],
    ['a malformed chunk', 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n'],
    ['two lengths', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab'],
  ])('responds 400 to %s', async (_, sent) => {
    expect(await exchange(await serve(), sent)).toMatch(/^HTTP\/1\.1 400 /);
  });

  it('survives a client that resets its connection', async () => {
    const port = await serve();
    const connection = once(server, 'connection');
    const { socket } = open(port);
    socket.write(UNFINISHED);
    const [served] = (await connection) as [Socket];
    await once(server, 'request');
    const closed = new Promise((done) => served.once('close', done));
    socket.resetAndDestroy();
    await closed;
    const get = 'GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n';
    expect(await exchange(port, get)).toMatch(/done$/);
  });

  it.each([
    ['no Host', 'GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    ['an unknown Expect', 'GET /livez HTTP/1.1\r\nhost: x\r\nexpect: more\r\nconnection: close\r\n\r\n', 200],
  ])('passes a request with %s to the application', async (_, sent, status) => {
    handler = createApp(appDependencies());
    const answer = await exchange(await serve(), sent);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    if (status === 400) {
      const problem = problemSchema.parse(JSON.parse(answer.split('\r\n\r\n')[1]!));
      expect(problem).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ path: 'Host' }] });
    }
  });

  it('rejects headers beyond 16 KiB', async () => {
    const sent = `GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(17_000)}\r\n\r\n`;
    expect(await exchange(await serve(), sent)).toMatch(/^HTTP\/1\.1 431 /);
  });

  /** Sent by curl with `--http2`, and by Java's HttpClient with every request. */
  const OFFER =
    'host: x\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n';

  /** Opens a client that sends its requests over one connection. */
  function keepAlive(port: number) {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1');
    const ask = async (request: string) => {
      socket.write(request);
      const [answer] = (await once(socket, 'data')) as [string];
      return answer;
    };
    return { socket, ask };
  }

  it('ignores offers of other protocols', async () => {
    const { ask, socket } = keepAlive(await serve());
    const requests = [
      `POST /a HTTP/1.1\r\n${OFFER}content-length: 5\r\n\r\nhello`,
      `GET /b HTTP/1.1\r\n${OFFER}\r\n`,
      `POST /c HTTP/1.1\r\n${OFFER}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
      `GET /d HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
      `POST /e/stream HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\ncontent-length: 0\r\n\r\n`,
      `GET /f/stream HTTP/1.1\r\n${OFFER}\r\n`,
    ];
    for (const request of requests) expect(await ask(request)).toMatch(/^HTTP\/1\.1 200 [^]*done$/);
    socket.destroy();
  });

  it('answers with Connection: close while it drains', async () => {
    const port = await serve();
    const before = keepAlive(port);
    const get = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
    expect(await before.ask(get)).toMatch(/^Connection: keep-alive\r$/im);
    const drained = drainNodeServer(server, 100);
    for (const client of [before, keepAlive(port)]) {
      const closed = once(client.socket, 'close');
      expect(await client.ask(get)).toMatch(/^HTTP\/1\.1 200 [^]*^Connection: close\r$[^]*done$/im);
      await closed;
    }
    await drained;
    expect(server.listening).toBe(true);
  });

  it('closes connections as they become idle', async () => {
    const port = await serve();
    const [idle, busy] = [keepAlive(port), keepAlive(port)];
    await idle.ask('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    busy.socket.write('POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\n\r\n');
    await once(server, 'request');
    const closed = closeNodeServer(server, 600_000);
    await once(idle.socket, 'close');
    expect(await busy.ask('hello')).toMatch(/done$/);
    await closed;
  });

  it('destroys remaining and upgraded connections after the grace time', async () => {
    const port = await serve();
    handler = (_req, res) => void res.writeHead(200).write('and so on');
    const upgraded = once(server, 'upgrade');
    const clients = [keepAlive(port), keepAlive(port)];
    clients[0]!.socket.write('GET / HTTP/1.1\r\nhost: x\r\n\r\n');
    await once(clients[0]!.socket, 'data');
    handler = () => {};
    clients[1]!.socket.write(
      'GET /stream HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n',
    );
    await upgraded;
    await closeNodeServer(server, 0);
    expect(server.listening).toBe(false);
    for (const { socket } of clients) socket.destroy();
  });

  it('allows 10 s for headers and 45 s in all', async () => {
    await serve();
    expect(server).toMatchObject({
      headersTimeout: 10_000,
      requestTimeout: 45_000,
      keepAliveTimeout: 65_000,
    });
  });
});
