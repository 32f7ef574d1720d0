import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { untilHealthy } from '../../../src/dev/until-healthy.js';
import { eventually, listen } from '../../support/dev.js';

describe('untilHealthy', () => {
  let server: Server;
  let baseUrl: string;
  let checks: Record<string, string>;
  let printed: string[];
  beforeEach(async () => {
    printed = [];
    checks = { storage: 'not reachable', temporal: 'ok', worker: 'not reachable' };
    server = createServer((_, response) => response.end(JSON.stringify({ checks })));
    baseUrl = `http://127.0.0.1:${await listen(server)}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const wait = (signal = new AbortController().signal) =>
    untilHealthy({ baseUrl, logFiles: ['worker.log', 'api.log'], signal, quietMs: 0 }, (text) =>
      printed.push(text),
    );

  it('prints failing checks once per change', async () => {
    const healthy = wait();
    await eventually(() => printed.length === 1);
    expect(printed[0]).toMatch(/ {2}storage +not reachable: check S3_ENDPOINT/);
    expect(printed[0]).toMatch(/ {2}worker +not reachable/);
    expect(printed[0]).toContain('worker.log  api.log');
    expect(printed[0]).not.toContain('temporal ');
    checks = { storage: 'ok', temporal: 'ok', worker: 'not reachable' };
    await eventually(() => printed.length === 2);
    checks = { storage: 'ok', temporal: 'ok', worker: 'ok' };
    await healthy;
    expect(printed).toHaveLength(2);
  });

  it('waits for an API that does not respond', async () => {
    const port = Number(new URL(baseUrl).port);
    await new Promise((resolve) => server.close(resolve));
    checks = { storage: 'ok' };
    const healthy = wait();
    await eventually(() => printed.length === 1);
    expect(printed[0]).toMatch(/ {2}api +does not respond/);
    await listen(server, port);
    await healthy;
  });

  it('ends when aborted', async () => {
    const stop = new AbortController();
    const healthy = wait(stop.signal);
    await eventually(() => printed.length === 1);
    stop.abort(new Error('stopping'));
    await expect(healthy).rejects.toThrow(/stopping|aborted/);
  });
});
