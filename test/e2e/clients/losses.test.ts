import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { Client, Connection } from '@temporalio/client';
import { LonghaulClient } from 'longhaul/client';
import { DOWNLOAD_WORKFLOW } from '../../../src/contract/names.js';
import { CuttingProxy } from '../../support/cutting-proxy.js';
import { describeWith } from '../../support/require-server.js';
import { Stack } from '../../support/stack.js';
import { locateTemporalCli } from '../../support/temporal-programs.js';

const STARTS = 200;

describeWith(await locateTemporalCli(), 'LonghaulClient over a lossy network', (temporalCli) => {
  let stack: Stack;
  let proxy: CuttingProxy;
  let client: LonghaulClient;
  beforeAll(async () => {
    stack = await Stack.start({ temporalCli, env: { MAX_QUEUED_JOBS_PER_USER: '1000' } });
    proxy = await CuttingProxy.start(stack.baseUrl);
    // 200 starts at once take long on a busy machine.
    client = new LonghaulClient({ baseUrl: proxy.url, retryForMs: 220_000 });
    await stack.store.write('downloads/70000', Buffer.from('small'));
  });
  afterEach(() => proxy.reset());
  afterAll(async () => {
    await proxy?.stop();
    await stack?.stop();
  });

  it('starts 200 jobs through lost answers, and no more', async () => {
    proxy.cut = ({ number }) => (number % 3 === 0 ? 'lose answer' : undefined);
    const starts = Array.from({ length: STARTS }, (_, i) =>
      client.start({ fileIds: [70_000], labels: { number: String(i) } }),
    );
    const started = await Promise.all(starts);
    proxy.reset();
    const ids = new Set(started.map(({ jobId }) => jobId));
    expect(ids.size).toBe(STARTS);
    const ends = await Promise.all([...ids].map((jobId) => client.wait(jobId)));
    expect(new Set(ends.map(({ status }) => status))).toEqual(new Set(['completed']));
    expect(await jobCount(stack.temporalAddress)).toBe(STARTS);
  });

  it('reads a status whose body is cut', async () => {
    const { jobId } = await client.start({ fileIds: [70_000] });
    let cuts = 2;
    proxy.cut = ({ path }) => (path.includes('/status/') && cuts-- > 0 ? { afterBytes: 1 } : undefined);
    expect(await client.status(jobId)).toMatchObject({ jobId });
    expect(proxy.requests.filter(({ path }) => path.includes('/status/'))).toHaveLength(3);
  });
});

/** Jobs that Temporal knows. */
async function jobCount(address: string): Promise<number> {
  const connection = await Connection.connect({ address });
  const client = new Client({ connection });
  const { count } = await client.workflow.count(`WorkflowType = '${DOWNLOAD_WORKFLOW}'`);
  await connection.close();
  return count;
}
