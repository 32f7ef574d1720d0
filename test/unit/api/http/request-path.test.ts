import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import express, { Router } from 'express';
import { problems } from '../../../../src/api/http/problems.js';
import { requestId } from '../../../../src/api/middleware/request-id.js';
import { createLogger } from '../../../../src/telemetry/logger.js';

describe('pathOf', () => {
  it('hides tickets and link tokens', async () => {
    const lines: string[] = [];
    const fail = Router().get('/*rest', () => {
      throw new Error('broken');
    });
    const app = express().use(requestId).use('/v1/download', fail).use(fail);
    app.use(
      problems(createLogger('trace', 'test', { destination: { write: (line) => void lines.push(line) } })),
    );
    const server = createServer(app).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const instanceOf = async (path: string) => {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`;
      return ((await (await fetch(url)).json()) as { instance: string }).instance;
    };
    expect(await instanceOf('/v1/download/status/1?ticket=hunter2')).toBe('/v1/download/status/1');
    expect(await instanceOf('/v1/objects/hunter2.hunter2?x=1')).toBe('/v1/objects/…');
    expect(await instanceOf('/V1/Objects/hunter2/more')).toBe('/V1/Objects/…');
    expect(lines.map((line) => (JSON.parse(line) as { path: string }).path)).toEqual([
      '/v1/download/status/1',
      '/v1/objects/…',
      '/V1/Objects/…',
    ]);
    expect(lines.join('')).not.toContain('hunter2');
    server.close();
    server.closeAllConnections();
    await once(server, 'close');
  });
});
