import { mkdir, statfs, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';

describeWith(await locateTemporalCli(), 'download without disk space', (temporalCli) => {
  let stack: Stack;
  beforeAll(async () => {
    stack = await Stack.start({ temporalCli, env: { MAX_BYTES_PER_JOB: String(Number.MAX_SAFE_INTEGER) } });
    const folder = join(stack.dataDir, 'objects', 'downloads');
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'small'), 'text');
    // A sparse file: it has more bytes than the disk has space for, and takes none.
    const { bavail, bsize } = await statfs(folder);
    await writeFile(join(folder, 'large'), '');
    await truncate(join(folder, 'large'), bavail * bsize + 1_000_000_000);
  });
  afterAll(() => stack?.stop());

  it('fails by name in its first attempt', async () => {
    const { jobId } = await stack.initiate({ fileIds: ['small', 'large'] });
    expect(await stack.waitUntilFinal(jobId)).toMatchObject({
      status: 'failed',
      attempts: 1,
      error: {
        code: 'STORAGE_FULL',
        message: expect.stringContaining('out of disk space'),
        retryAfterMs: null,
      },
    });
    const other = await stack.initiate({ fileId: 'small' });
    expect((await stack.waitUntilFinal(other.jobId)).status).toBe('completed');
  });
});
