import { mkdtemp, rm } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { StreamApi } from '../../../support/stream-api.js';
import { waitFor } from '../../../support/wait-for.js';

const STREAMS = 500;
const KIB = 1024;
const MIB = 1024 * KIB;
const CHANGES = 40;

/** Fills the system's buffers quickly. Without a limit, 400 MiB would be buffered in this process. */
const LONG_MESSAGE = 'x'.repeat(20 * KIB);

/** Each stream buffers 64 KiB plus one event, and its client in this process as much: about 80 MiB. */
const MAX_GROWTH_MIB = 120;

describe('JobStream with 500 clients that read nothing', () => {
  let api: StreamApi;
  let folder: string;
  const clients: Socket[] = [];
  const served: Socket[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-unread-'));
    // The system buffers about 200 KiB for a Unix socket, but megabytes for TCP, which this test could not fill.
    api = await StreamApi.start({ times: { drainMs: 600_000 }, socketPath: join(folder, 'api.sock') });
    api.server.on('connection', (socket) => served.push(socket));
  });
  afterAll(async () => {
    for (const client of clients) client.destroy();
    await api.stop();
    await rm(folder, { recursive: true });
  });

  it('bounds its memory', async () => {
    const jobId = api.jobs.add();
    for (let i = 0; i < STREAMS; i++) {
      const client = connect(join(folder, 'api.sock'));
      // Without a `data` listener nothing is read from the socket.
      client.on('error', () => {});
      client.write(`GET /v1/download/jobs/${jobId}/events HTTP/1.1\r\nHost: x\r\n\r\n`);
      clients.push(client);
    }
    await waitFor('all streams to open', () => api.streams.size === STREAMS);
    const before = heldBytes();
    let changes = 0;
    const change = async () => {
      const reads = api.jobs.reads;
      api.jobs.change(jobId, { phase: 'preparing', message: `${LONG_MESSAGE} ${changes++}` });
      await waitFor('the change to be read', () => api.jobs.reads > reads);
    };
    for (let i = 0; i < CHANGES; i++) await change();
    const waiting = served.map((socket) => socket.writableLength);
    expect(Math.min(...waiting)).toBeGreaterThan(64 * KIB);
    expect(Math.max(...waiting)).toBeLessThan(64 * KIB + 2 * LONG_MESSAGE.length);
    expect(Math.round((heldBytes() - before) / MIB)).toBeLessThan(MAX_GROWTH_MIB);
  });
});

/** Memory in use after a garbage collection. */
function heldBytes(): number {
  setFlagsFromString('--expose-gc');
  (runInNewContext('gc') as () => void)();
  const { external, heapUsed } = process.memoryUsage();
  return external + heapUsed;
}
