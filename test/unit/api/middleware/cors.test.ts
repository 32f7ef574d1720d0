import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from '@jest/globals';
import express from 'express';
import { corsFor } from '../../../../src/api/middleware/cors.js';

describe('corsFor', () => {
  const stops: (() => void)[] = [];
  afterEach(() => stops.splice(0).forEach((stop) => stop()));

  async function ask(origins: string[], init: RequestInit): Promise<Headers> {
    const app = express();
    app.use(corsFor(origins), (_req, res) => res.end());
    const server = app.listen(0, '127.0.0.1');
    await once(server, 'listening');
    stops.push(() => server.close());
    return (await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, init)).headers;
  }

  it('exposes the headers that a resumed download needs', async () => {
    const headers = await ask(['*'], { headers: { origin: 'https://app.example' } });
    expect(headers.get('access-control-expose-headers')!.split(',')).toEqual(
      expect.arrayContaining([
        'Content-Disposition',
        'Content-Length',
        'Content-Range',
        'Accept-Ranges',
        'ETag',
      ]),
    );
  });

  it('allows conditional ranges to the given origins alone', async () => {
    const preflight = (origin: string) => ({
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'GET',
        'access-control-request-headers': 'range,if-range,if-match',
      },
    });
    const headers = await ask(['https://app.example'], preflight('https://app.example'));
    expect(headers.get('access-control-allow-headers')).toBe('range,if-range,if-match');
    expect(headers.get('access-control-allow-origin')).toBe('https://app.example');
    const others = await ask(['https://app.example'], preflight('https://evil.example'));
    expect(others.get('access-control-allow-origin')).toBeNull();
  });
});
