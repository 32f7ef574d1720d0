import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { StreamTickets } from '../../src/api/auth/stream-tickets.js';
import type { StartedDownload } from '../../src/contract/http/answers.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';

describeWith(await locateTemporalCli(), 'stream ticket without a configured secret', (temporalCli) => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ temporalCli, workers: 0 });
  });
  afterAll(() => stack?.stop());

  it('is valid on every server that shares the folder', async () => {
    const another = await stack.startAnotherApi();
    const secret = (await readFile(join(stack.dataDir, 'stream-ticket-secret'), 'utf8')).trim();
    const tickets = new StreamTickets([secret]);
    for (const baseUrl of [stack.baseUrl, another]) {
      const response = await fetch(`${baseUrl}/v1/download/initiate`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-user-id': 'ada' },
        body: JSON.stringify({ fileId: 70_000 }),
      });
      const { jobId, streamUrl } = (await response.json()) as StartedDownload;
      expect(tickets.verify(new URL(streamUrl).searchParams.get('ticket')!, jobId)).toBe('ada');
    }
  });
});
