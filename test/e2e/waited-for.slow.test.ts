import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DownloadStatus } from '../../src/contract/http/answers.js';
import { ApiDocument } from '../support/api-document.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';

describeWith(await locateTemporalCli(), 'POST /start', (temporalCli) => {
  let stack: Stack;
  beforeAll(async () => {
    // Jobs pause for ten minutes before they do anything.
    const pause = { DOWNLOAD_DELAY_MIN_MS: '600000', DOWNLOAD_DELAY_MAX_MS: '600000' };
    stack = await Stack.start({ temporalCli, env: { DOWNLOAD_DELAY_ENABLED: 'true', ...pause } });
    await stack.store.write('downloads/70000', Buffer.from('file 70000'));
  });
  afterAll(() => stack?.stop());

  it('answers 202 when the job takes longer', async () => {
    const init = {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"file_id": 70000}',
    };
    const response = await fetch(`${stack.baseUrl}/v1/download/start`, init);
    expect(response.status).toBe(202);
    const document = await ApiDocument.fetch(stack.baseUrl);
    expect(await document.faultsOf('post /v1/download/start', response)).toEqual([]);
    const status = (await response.json()) as DownloadStatus;
    expect(status.status).toBe('running');
    expect(response.headers.get('location')).toBe(`${stack.baseUrl}/v1/download/status/${status.jobId}`);
    expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
    await stack.post(`/v1/download/cancel/${status.jobId}`);
  });
});
