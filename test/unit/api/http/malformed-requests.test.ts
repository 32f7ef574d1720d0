import { once } from 'node:events';
import { type RequestListener, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import type { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createApp } from '../../../../src/api/app.js';
import { createNodeServer } from '../../../../src/api/http/node-server.js';
import { problemSchema } from '../../../../src/contract/http/answers.js';
import { appDependencies } from '../../../support/api-server.js';
import { close, exchange, listen, open, SHORT_LIMITS } from '../../../support/raw-http.js';
import { waitFor } from '../../../support/wait-for.js';

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const GET = 'GET / HTTP/1.1\r\nhost: x\r\n\r\n';
const UNFINISHED = 'POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 10\r\n\r\nabc';
const BAD_CHUNK = 'POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\nnonsense\r\n';

describe('what is no request', () => {
  let server: Server;
  let handler: RequestListener;
  beforeEach(() => {
    handler = (req, res) => void req.resume().once('end', () => res.end('done'));
  });
  afterEach(() => close(server));

  function serve(limits = {}): Promise<number> {
    server = createNodeServer((req, res) => handler(req, res), limits);
    return listen(server);
  }

  function parse(answer: string) {
    const [head, body] = answer.split('\r\n\r\n') as [string, string];
    const [statusLine, ...lines] = head.split('\r\n') as [string, ...string[]];
    const headers = Object.fromEntries(
      lines
        .map((line) => line.split(': ') as [string, string])
        .map(([name, value]) => [name.toLowerCase(), value]),
    );
    return { statusLine, headers, body, problem: problemSchema.parse(JSON.parse(body)) };
  }

  it.each([
    ['that says nothing', '', 408, 'REQUEST_INCOMPLETE'],
    ['without an end of its headers', 'GET / HTTP/1.1\r\nhost: x\r\nx-slow: ', 408, 'REQUEST_INCOMPLETE'],
    ['without an end of its body', UNFINISHED, 408, 'REQUEST_INCOMPLETE'],
    ['that speaks no HTTP', 'EHLO example.org\r\n', 400, 'INVALID_REQUEST'],
    ['with a chunk that is none', BAD_CHUNK, 400, 'INVALID_REQUEST'],
    [
      'with two lengths',
      `POST / HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab`,
      400,

      'INVALID_REQUEST',
    ],
    [
      'with a chunk extension of 20 KiB',
      `POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n2;${'x'.repeat(20_480)}\r\nab\r\n0\r\n\r\n`,
      413,

      'BODY_TOO_LARGE',
    ],
    [
      'with 17 KB of headers',
      `GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(17_000)}\r\n\r\n`,
      431,

      'HEADERS_TOO_LARGE',
    ],
  ])('is answered as every other error: a client %s', async (_, sent, status, code) => {
    const { statusLine, headers, body, problem } = parse(await exchange(await serve(SHORT_LIMITS), sent));
    expect(statusLine).toBe(`HTTP/1.1 ${status} ${STATUS_CODES[status]}`);
    expect(problem).toMatchObject({ status, code, type: `urn:longhaul:problem:${code}` });
    expect(headers).toMatchObject({
      'content-type': 'application/problem+json; charset=utf-8',
      'content-length': String(Buffer.byteLength(body)),
      connection: 'close',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'x-request-id': problem.requestId,
      date: expect.any(String),
    });
    expect(problem.requestId).toMatch(UUID);
  });

  it('has the id that the application has given it, where it got that far', async () => {
    handler = (_req, res) => void res.setHeader('x-request-id', 'given');
    const { headers, problem } = parse(await exchange(await serve(), BAD_CHUNK));
    expect([headers['x-request-id'], problem.requestId]).toEqual(['given', 'given']);
  });

  it('is answered behind a request that was answered, over the same connection', async () => {
    const { socket, answer, closed } = open(await serve());
    socket.write(GET);
    await once(socket, 'data');
    socket.write('nonsense\r\n\r\n');
    await closed;
    const answers = answer().split('done');
    expect(answers[0]).toMatch(/^HTTP\/1\.1 200 /);
    expect(parse(answers[1]!).problem).toMatchObject({ status: 400 });
  });

  it.each([
    ['half an answer', (res: ServerResponse) => void res.write('half')],
    ['a whole answer', (res: ServerResponse) => void res.end('early')],
  ])('is hung up on without a word more where %s is out', async (_, respond) => {
    handler = (_req, res) => respond(res);
    const port = await serve();
    const { socket, answer, closed } = open(port);
    socket.write('POST / HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n');
    await once(socket, 'data');
    socket.write('nonsense\r\n');
    await closed;
    expect(answer()).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer()).not.toMatch(/HTTP\/1\.1 4/);
  });

  it('is answered once, and leaves no listener and no connection behind, however much more of it comes', async () => {
    const warnings: Error[] = [];
    const onWarning = (warning: Error) => void warnings.push(warning);
    process.on('warning', onWarning);
    const port = await serve();
    const ends: Promise<unknown>[] = [];
    server.on('connection', (socket: Socket) => void ends.push(once(socket, 'close')));
    const clients = Array.from({ length: 20 }, () => open(port));
    for (const { socket } of clients) {
      await once(socket, 'connect');
      for (let i = 0; i < 50; i++) socket.write('nonsense\r\n\r\n');
    }
    await Promise.all(clients.map(({ closed }) => closed));
    await Promise.all(ends);
    process.off('warning', onWarning);
    for (const { answer } of clients) expect(answer().split('HTTP/1.1 400')).toHaveLength(2);
    expect(warnings).toEqual([]);
  });

  it('harms nobody when its client is gone', async () => {
    const port = await serve();
    const errors: Error[] = [];
    server.on('clientError', (error: Error) => void errors.push(error));
    const { socket } = open(port);
    socket.write(UNFINISHED);
    await once(server, 'request');
    socket.resetAndDestroy();
    await waitFor('the server to notice', () => errors.length > 0);
    expect(await exchange(port, GET.replace('\r\n\r\n', '\r\nconnection: close\r\n\r\n'))).toMatch(/done$/);
  });

  it.each([
    ['no Host', 'GET /livez HTTP/1.1\r\nconnection: close\r\n\r\n', 400],
    [
      'an expectation that nobody knows',
      'GET /livez HTTP/1.1\r\nhost: x\r\nexpect: more\r\nconnection: close\r\n\r\n',
      200,
    ],
  ])('is not for Node to judge: a request with %s goes to the application', async (_, sent, status) => {
    handler = createApp(appDependencies());
    const answer = await exchange(await serve(), sent);
    expect(answer).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    if (status === 400) {
      expect(parse(answer).problem).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ path: 'Host' }] });
    }
  });
});
