import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { problems } from '../../../../src/api/http/problems.js';
import { refusedWhenOverloaded } from '../../../../src/api/middleware/overloaded.js';
import { requestId } from '../../../../src/api/middleware/request-id.js';
import { Overload } from '../../../../src/concurrency/overload.js';
import { createLogger } from '../../../../src/telemetry/logger.js';
import { waitFor } from '../../../support/wait-for.js';

describe('refusedWhenOverloaded', () => {
  let overload: Overload;
  let server: Server;
  let logged: string[];
  beforeEach(async () => {
    overload = new Overload(400);
    logged = [];
    const app = express();
    app.use(requestId, refusedWhenOverloaded(overload));
    app.get('/slow', () => {});
    app.use((_req, res) => void res.json({}));
    app.use(
      problems(createLogger('info', 'test', { destination: { write: (line) => void logged.push(line) } })),
    );
    server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
  });
  afterEach(() => void server.close());

  const ask = (method: string, path: string) =>
    fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, { method });

  it.each([
    ['POST', '/v1/download/initiate'],
    ['POST', '/v1/download/jobs'],
    ['POST', '/v1/download/estimate'],
    ['GET', '/v1/download/jobs/1/events?ticket=t'],
    ['GET', '/v1/download/jobs/1/stream'],
  ])('refuses %s %s', async (method, path) => {
    expect((await ask(method, path)).status).toBe(200);
    overload.observe(401, 1);
    const refused = await ask(method, path);
    expect(refused.status).toBe(503);
    expect(await refused.json()).toMatchObject({ code: 'OVERLOADED' });
    expect(logged).toEqual([]);
    overload.observe(399, 1);
    expect((await ask(method, path)).status).toBe(200);
  });

  it('forgets requests whose connection ended before their answer', async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => {}).write('GET /slow HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(1_000));
    await waitFor('the requests', () => overload.isOverloaded);
    socket.destroy();
    await waitFor('the end of the requests', () => !overload.isOverloaded);
    expect((await ask('POST', '/v1/download/initiate')).status).toBe(200);
  });

  it.each([
    ['GET', '/v1/download/status/1'],
    ['POST', '/v1/download/cancel/1'],
    ['POST', '/v1/admin/jobs/1/terminate'],
    ['POST', '/v1/sign-in'],
    ['DELETE', '/v1/download/1'],
    ['GET', '/health'],
    ['GET', '/livez'],
  ])('serves %s %s', async (method, path) => {
    overload.observe(5_000, 1);
    expect((await ask(method, path)).status).toBe(200);
  });

  it('spreads the time of the next try', async () => {
    overload.observe(5_000, 1);
    const answers = await Promise.all(Array.from({ length: 60 }, () => ask('POST', '/v1/download/initiate')));
    const seconds = answers.map(({ headers }) => Number(headers.get('retry-after')));
    expect(Math.min(...seconds)).toBeGreaterThanOrEqual(5);
    expect(Math.max(...seconds)).toBeLessThanOrEqual(8);
    expect(new Set(seconds).size).toBeGreaterThan(1);
  });
});

describe('Overload', () => {
  it('ignores delays of a loop that was idle', () => {
    const overload = new Overload(400);
    overload.observe(5_000, 0.5);
    expect(overload.isOverloaded).toBe(false);
    overload.observe(5_000, 0.95);
    expect(overload.isOverloaded).toBe(true);
  });

  it('begins at a thousand requests under way', () => {
    const overload = new Overload(400);
    const ends = Array.from({ length: 999 }, () => overload.begin());
    expect(overload.isOverloaded).toBe(false);
    ends.push(overload.begin());
    expect(overload.isOverloaded).toBe(true);
    ends[0]!();
    expect(overload.isOverloaded).toBe(false);
  });
});
