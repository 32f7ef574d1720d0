import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { setTimeout as delay } from 'node:timers/promises';
import type { StartedDownload } from '../../../src/contract/http/answers.js';
import { locateNginx } from '../../support/nginx.js';
import { ProxiedStack } from '../../support/proxied-stack.js';
import { describeWith } from '../../support/require-server.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';
import { waitFor } from '../../support/wait-for.js';

const CLIENTS = 40;
const RESTARTS = 4;
/** Leaves the processor to servers that start; without it 40 clients take all of it. */
const PAUSE_MS = 100;
const TEST_TIMEOUT_MS = 600_000;

describeWith([await locateTemporalCli(), await locateNginx()], 'rolling restart', (temporalCli, nginx) => {
  let proxied: ProxiedStack;
  let jobId: string;
  beforeAll(async () => {
    // Room for a machine that starts API servers beside the load.
    const env = { REQUEST_TIMEOUT_MS: '12000', MAX_QUEUED_JOBS_PER_USER: '10000' };
    proxied = await ProxiedStack.start({ temporalCli, nginx, env });
    await proxied.stack.store.write('downloads/70000', Buffer.from('content'));
    const started = await proxied.post('/v1/download/initiate', { fileIds: [70_000] });
    ({ jobId } = (await started.json()) as StartedDownload);
  });
  afterAll(() => proxied?.stop());

  it(
    'fails no GET and no keyed POST of 40 clients',
    async () => {
      const ending = new AbortController();
      const counts = new Map<string, number>();
      const count = (answer: string) => counts.set(answer, (counts.get(answer) ?? 0) + 1);
      const client = async (name: number) => {
        while (!ending.signal.aborted) {
          await delay(PAUSE_MS);
          const read = await proxied.request(`/v1/download/status/${jobId}`);
          await read.arrayBuffer();
          count(`GET ${read.status}`);
          // The same key each time: the load is on the proxy and the API, not on the workers.
          const key = { 'idempotency-key': `restart-${name}` };
          const started = await proxied.post('/v1/download/initiate', { fileIds: [70_000] }, key);
          await started.arrayBuffer();
          count(`POST ${started.status}`);
        }
      };
      const clients = Array.from({ length: CLIENTS }, (_, name) => client(name));
      const total = () => [...counts.values()].reduce((sum, each) => sum + each, 0);
      const more = async () => {
        const until = total() + 2 * CLIENTS;
        await waitFor('more answers', () => total() >= until);
      };
      try {
        for (let i = 0; i < RESTARTS; i++) {
          const index = (i % 2) as 0 | 1;
          await more();
          await proxied.stopApi(index);
          await more();
          await proxied.startApi(index);
        }
        await more();
      } finally {
        ending.abort();
      }
      await Promise.all(clients);
      expect([...counts.keys()].toSorted()).toEqual(['GET 200', 'POST 202']);
    },
    TEST_TIMEOUT_MS,
  );
});
