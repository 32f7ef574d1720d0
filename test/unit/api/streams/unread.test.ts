import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StreamApi } from '../../../support/stream-api.js';
import { waitFor } from '../../../support/wait-for.js';

const STREAMS = 500;
const MIB = 1024 * 1024;
const CHANGES = 40;

/** Long, so that the buffers of the system are soon full and all that comes after would have to wait here: 400 MiB. */
const LONG_MESSAGE = 'x'.repeat(20 * 1024);

/** 64 KiB and one event more are held for each stream: some 40 MiB. */
const MAX_GROWTH_MIB = 120;

describe('a client that opens 500 streams and reads none', () => {
  let api: StreamApi;
  const clients: Socket[] = [];
  beforeAll(async () => {
    api = await StreamApi.start({ times: { drainMs: 600_000 } });
  });
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await api.stop();
  });

  it('costs no more however long it goes on', async () => {
    const jobId = api.downloads.add();
    const { port } = new URL(api.url);
    for (let i = 0; i < STREAMS; i++) {
      const client = connect(Number(port), '127.0.0.1');
      // A socket that nothing listens to is not read from.
      client.on('error', () => {});
      client.write(`GET ${new URL(api.eventsUrl(jobId)).pathname} HTTP/1.1\r\nHost: x\r\n\r\n`);
      clients.push(client);
    }
    await waitFor('all streams to open', () => api.streams.size === STREAMS);
    const before = process.memoryUsage();
    let changes = 0;
    const held = () => {
      const { external, heapUsed } = process.memoryUsage();
      return external + heapUsed - before.external - before.heapUsed;
    };
    const change = async () => {
      const reads = api.downloads.reads;
      api.downloads.change(jobId, { phase: 'preparing', message: `${LONG_MESSAGE} ${changes++}` });
      await waitFor('the change to be seen', () => api.downloads.reads > reads);
    };
    for (let i = 0; i < CHANGES; i++) await change();
    expect(Math.round(held() / MIB)).toBeLessThan(MAX_GROWTH_MIB);
  });
});
