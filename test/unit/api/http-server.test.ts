import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createHttpServer } from '../../../src/api/http-server.js';

/** Times at which nobody waits for the test. */
const SHORT = { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 10 };

describe('the HTTP server', () => {
  let server: Server;
  afterEach(async () => {
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });

  async function serve(limits = {}): Promise<number> {
    server = createHttpServer((req, res) => void req.resume().once('end', () => res.end('done')), limits);
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /** All that comes back until the server hangs up. */
  async function answerTo(port: number, sent: string): Promise<string> {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => {});
    let answer = '';
    socket.setEncoding('latin1').on('data', (chunk) => (answer += String(chunk)));
    socket.write(sent);
    await once(socket, 'close');
    return answer;
  }

  it.each([
    ['says nothing', ''],
    ['does not finish its headers', 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: '],
    ['does not finish its body', 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc'],
  ])('hangs up on a client that %s', async (_, sent) => {
    expect(await answerTo(await serve(SHORT), sent)).toMatch(/^HTTP\/1\.1 408 /);
  });

  it('refuses headers beyond 16 KiB', async () => {
    const sent = `GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(17_000)}\r\n\r\n`;
    expect(await answerTo(await serve(), sent)).toMatch(/^HTTP\/1\.1 431 /);
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
