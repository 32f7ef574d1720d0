import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { FaultProxy } from '../support/fault-proxy.js';
import { describeWith } from '../support/require-server.js';
import { locateSeaweedFs, type S3Server, startSeaweedFs } from '../support/s3-servers.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const programs = await Promise.all([locateTemporalCli(), locateSeaweedFs()]);

describeWith(programs, 'API server', (temporalCli, weed) => {
  let s3: S3Server;
  let proxy: FaultProxy;
  let stack: Stack;

  beforeAll(async () => {
    s3 = await startSeaweedFs(weed);
    proxy = await FaultProxy.start(s3.endpoint);
    stack = await Stack.start({ temporalCli, s3, env: { S3_ENDPOINT: proxy.url } });
  });
  afterAll(async () => {
    await stack?.stop();
    await proxy?.stop();
    await s3?.stop();
  });

  const storageAt = async (path: string) => {
    const response = await stack.request(path);
    const { checks } = (await response.json()) as { checks: Record<string, string> };
    return [response.status, checks['storage']];
  };

  it('stays ready while its store is slow', async () => {
    expect(await storageAt('/readyz')).toEqual([200, 'ok']);
    let answer = () => {};
    const until = new Promise<void>((resolve) => (answer = resolve));
    proxy.fault = () => ({ until });
    await waitFor('a late store', async () => (await storageAt('/health'))[1] === 'timed out');
    expect(await storageAt('/readyz')).toEqual([200, 'ok']);
    answer();
  });

  it('is not ready while its store refuses', async () => {
    proxy.reset();
    await waitFor('the store to answer', async () => (await storageAt('/health'))[0] === 200);
    proxy.fault = () => ({ status: 500, code: 'InternalError' });
    await waitFor('the server to be unready', async () => (await storageAt('/readyz'))[0] === 503);
    expect(await storageAt('/readyz')).toEqual([503, 'not reachable']);
  });
});
