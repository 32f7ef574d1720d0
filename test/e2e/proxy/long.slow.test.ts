import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { StartedDownload } from '../../../src/contract/http/answers.js';
import { locateNginx } from '../../support/nginx.js';
import { ProxiedStack } from '../../support/proxied-stack.js';
import { pseudoText } from '../../support/pseudo-text.js';
import { describeWith } from '../../support/require-server.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { waitFor } from '../../support/wait-for.js';

const GIB = 1024 ** 3;
/** Longer than the 60 s after which nginx would close an idle connection by default. */
const DELAYED_MS = 65_000;
const PAUSE_EVERY = 128 * 1024 * 1024;
/** Longer than nginx's and the kernel's buffers last, so that all of them fill up. */
const PAUSE_MS = 5_000;

describeWith([await locateTemporalCli(), await locateNginx()], 'long answer through nginx', (cli, nginx) => {
  let proxied: ProxiedStack;
  beforeAll(async () => {
    proxied = await ProxiedStack.start({ temporalCli: cli, nginx });
    await proxied.stack.store.write('downloads/70000', pseudoText(GIB));
  });
  afterAll(() => proxied?.stop());

  async function start(): Promise<StartedDownload> {
    const body = { fileIds: [70_000], archive: { compression: 'store' } };
    return (await (await proxied.post('/v1/download/initiate', body)).json()) as StartedDownload;
  }

  it('keeps a WebSocket open for a minute', async () => {
    await Promise.all(proxied.stack.workers.map((worker) => worker.pause()));
    const { streamUrl } = await start();
    const socket = new WebSocket(streamUrl);
    let closed = 0;
    const types: string[] = [];
    socket.on('message', (data: Buffer) =>
      types.push((JSON.parse(data.toString()) as { type: string }).type),
    );
    socket.on('close', (code) => (closed = code));
    // No worker runs, so nothing but heartbeats passes in this time.
    await delay(DELAYED_MS);
    expect(closed).toBe(0);
    for (const worker of proxied.stack.workers) worker.resume();
    await waitFor('the end', () => closed, 60_000);
    expect([closed, types.at(-1)]).toEqual([1_000, 'completed']);
  });

  it('delivers 1 GiB to a slow client', async () => {
    const { jobId } = await start();
    const status = await proxied.stack.waitUntilFinal(jobId);
    const response = await fetch(`${proxied.nginx.baseUrl}/v1/download/${jobId}`);
    let received = 0;
    let pauseAt = PAUSE_EVERY;
    for await (const chunk of response.body as AsyncIterable<Uint8Array>) {
      received += chunk.length;
      if (received < pauseAt) continue;
      pauseAt += PAUSE_EVERY;
      await delay(PAUSE_MS);
    }
    expect(received).toBe(status.archive!.size);
    expect(received).toBeGreaterThan(GIB);
  });
});
