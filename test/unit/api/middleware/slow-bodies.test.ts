import { once } from 'node:events';
import type { Server } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import express, { type RequestHandler } from 'express';
import { createApp } from '../../../../src/api/app.js';
import { createNodeServer } from '../../../../src/api/http/node-server.js';
import { problems } from '../../../../src/api/http/problems.js';
import { jsonBody } from '../../../../src/api/middleware/json-body.js';
import { requestId } from '../../../../src/api/middleware/request-id.js';
import { problemSchema } from '../../../../src/contract/http/answers.js';
import type { DownloadJob } from '../../../../src/contract/job.js';
import { createLogger } from '../../../../src/telemetry/logger.js';
import { appDependencies } from '../../../support/api-server.js';
import { close, exchange, listen, open } from '../../../support/raw-http.js';
import { waitFor } from '../../../support/wait-for.js';

/** Routes with a body, and a body that each accepts. */
const ROUTES = [
  ['/v1/download/initiate', '{"fileId":70000}'],
  ['/v1/download/start', '{"fileId":70000}'],
  ['/v1/download/jobs', '{"file_id":70000}'],
  ['/v1/download/check', '{"file_id":70000}'],
  ['/v1/download/estimate', '{"fileId":70000}'],
  ['/v1/admin/jobs/5d9f1d5e-6a0c-4f7e-9a55-1f6f2c1f7a34/terminate', '{"reason":"test"}'],
] as const;

const headOf = (path: string, length: number, more = '') =>
  `POST ${path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: ${length}\r\n${more}\r\n`;

describe('a slow body', () => {
  let server: Server;
  afterEach(() => close(server));

  it.each(ROUTES)('does not count against the time of %s', async (path, body) => {
    const requestTimeoutMs = 40;
    const start = async (job: DownloadJob) => ({ createdAt: job.createdAt, replayed: false });
    const http = { ...appDependencies().http, requestTimeoutMs };
    server = createNodeServer(createApp(appDependencies({ http, jobs: { start } as never })));
    const { socket, answer, closed } = open(await listen(server));
    socket.write(headOf(path, body.length) + body.slice(0, 5));
    const sentAt = Date.now();
    await waitFor('the time of a request to pass', () => Date.now() > sentAt + 2 * requestTimeoutMs);
    expect(answer()).toBe('');
    socket.write(body.slice(5));
    await closed;
    expect(answer()).not.toMatch(/^HTTP\/1\.1 (?:408|503)/);
  });
});

describe('jsonBody', () => {
  let server: Server;
  let handled: unknown[];
  let errors: unknown[];
  afterEach(() => close(server));

  function serve(limitMs: number): Promise<number> {
    handled = [];
    errors = [];
    const handler: RequestHandler = (req, res) => {
      handled.push(req.body);
      res.json({});
    };
    const app = express()
      .use(requestId)
      .post('/', ...jsonBody(10, limitMs), handler);
    app.use(((error, _req, _res, next) => {
      errors.push(error);
      next(error);
    }) as express.ErrorRequestHandler);
    app.use(problems(createLogger('silent', 'test')));
    server = createNodeServer(app);
    return listen(server);
  }

  it.each([
    ['stops', headOf('/', 10) + '{"a"'],
    ['never begins', headOf('/', 10)],
    [
      'is chunked',
      headOf('/', 0).replace('content-length: 0', 'transfer-encoding: chunked') + '4\r\n{"a"\r\n',
    ],
    ['is announced', headOf('/', 10, 'expect: 100-continue\r\n')],
    ['is compressed', headOf('/', 10, 'content-encoding: gzip\r\n') + '\x1f\x8b'],
  ])('answers 408 when the body %s', async (_, sent) => {
    const answer = await exchange(await serve(50), sent.replace('connection: close\r\n', ''));
    const [head, body] = answer.replace('HTTP/1.1 100 Continue\r\n\r\n', '').split('\r\n\r\n');
    expect(head).toMatch(/^HTTP\/1\.1 408 /);
    expect(head).toMatch(/^connection: close$/im);
    const problem = problemSchema.parse(JSON.parse(body!));
    expect(problem).toMatchObject({ code: 'REQUEST_INCOMPLETE', detail: expect.stringContaining('0.05 s') });
    expect(handled).toEqual([]);
    expect(errors).toHaveLength(1);
  });

  it('passes a body that arrives in time', async () => {
    expect(await exchange(await serve(5_000), headOf('/', 7) + '{"a":1}')).toMatch(/^HTTP\/1\.1 200 /);
    expect(handled).toEqual([{ a: 1 }]);
  });

  it('passes one error when the client disconnects', async () => {
    const port = await serve(50);
    const requested = once(server, 'request');
    const { socket } = open(port);
    socket.write(headOf('/', 10) + '{"a"');
    await requested;
    socket.resetAndDestroy();
    await waitFor('the error', () => errors.length > 0);
    expect(errors).toHaveLength(1);
    expect(handled).toEqual([]);
  });
});
