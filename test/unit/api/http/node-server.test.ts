import { once } from 'node:events';
import type { RequestListener, Server } from 'node:http';
import { connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { closeNodeServer, createNodeServer } from '../../../../src/api/http/node-server.js';
import { close, exchange, listen, SHORT_LIMITS } from '../../../support/raw-http.js';

describe('the HTTP server', () => {
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
    ['says nothing', ''],
    ['does not finish its headers', 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: '],
    ['does not finish its body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc'],
  ])('hangs up on a client that %s', async (_, sent) => {
    expect(await exchange(await serve(SHORT_LIMITS), sent)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('refuses headers beyond 16 KiB', async () => {
    const sent = `GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(17_000)}\r\n\r\n`;
    expect(await exchange(await serve(), sent)).toMatch(/^HTTP\/1\.1 431 /);
  });

  /** What curl sends with `--http2`, and Java's HttpClient with every request. */
  const OFFER =
    'host: x\r\nconnection: Upgrade, HTTP2-Settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABk\r\n';

  /** A client that sends one request after the other over one connection. */
  function keepAlive(port: number) {
    const socket = connect(port, '127.0.0.1').setEncoding('latin1');
    const ask = async (request: string) => {
      socket.write(request);
      const [answer] = (await once(socket, 'data')) as [string];
      return answer;
    };
    return { socket, ask };
  }

  it('answers requests that offer another protocol as if they did not, with bodies, over one connection', async () => {
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

  it('closes when it is told to: idle connections at once, others when they become idle', async () => {
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

  it('cuts what is left when its grace time is over, also what was upgraded', async () => {
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

  it('gives ten seconds for headers and half a minute for all', async () => {
    await serve();
    expect(server).toMatchObject({
      headersTimeout: 10_000,
      requestTimeout: 30_000,
      keepAliveTimeout: 65_000,
    });
  });
});
