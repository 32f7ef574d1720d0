import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Estimate } from '../../src/contract/http/answers.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';

describeWith(await locateTemporalCli(), 'dry run', (temporalCli) => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await Stack.start({ temporalCli, env: { MAX_BYTES_PER_JOB: '100' } });
    for (const [id, text] of [
      [70_000, 'one'],
      [70_001, 'x'.repeat(98)],
    ] as const) {
      await stack.store.write(`downloads/${id}`, Buffer.from(text), { metadata: { filename: 'a.txt' } });
    }
  });
  afterAll(() => stack?.stop());

  const estimate = async (body: object) => {
    const response = await stack.post('/v1/download/estimate', body);
    expect(response.status).toBe(200);
    return (await response.json()) as Estimate;
  };

  it('accepts the body of initiate and starts nothing', async () => {
    expect(await estimate({ fileIds: [70_000, 70_099, 70_000], onFileError: 'skip' })).toEqual({
      totalFileIds: 2,
      duplicateFileIds: [70_000],
      filesFound: 1,
      filesMissing: 1,
      filesRenamed: 0,
      bytesTotal: 3,
      archiveBytes: expect.any(Number),
      tooLarge: false,
      maxBytes: 100,
      etaSeconds: null,
      files: [{ fileId: 70_000, name: 'a.txt', size: 3 }],
      missing: [{ fileId: 70_099, code: 'FILE_NOT_FOUND', message: 'File 70099 does not exist.' }],
      renamed: [],
      truncated: false,
    });
    const jobs = await (await stack.request('/v1/downloads')).json();
    expect(jobs).toEqual({ jobs: [], nextCursor: null });
  });

  it('predicts failures and the maximum archive size', async () => {
    expect(await estimate({ fileIds: [70_000, 70_001] })).toMatchObject({
      bytesTotal: 101,
      tooLarge: true,
      renamed: [{ fileId: 70_001, name: 'a (1).txt', insteadOf: 'a.txt' }],
    });
    const { archiveBytes } = await estimate({ fileId: 70_001, archive: { compression: 'store' } });
    const { jobId } = await stack.initiate({ fileId: 70_001, archive: { compression: 'store' } });
    const { archive } = await stack.until(jobId, ({ status }) => status === 'completed');
    expect(archive!.size).toBeLessThanOrEqual(archiveBytes);
  });

  it('lists the first thousand files and counts all', async () => {
    const found = await estimate({ fileIds: Array.from({ length: 2_500 }, (_, i) => 80_000 + i) });
    expect(found).toMatchObject({ totalFileIds: 2_500, filesFound: 0, filesMissing: 2_500, truncated: true });
    expect(found.missing).toHaveLength(1_000);
  });

  it('runs at most twice at once per user', async () => {
    const body = { fileIds: Array.from({ length: 9_000 }, (_, i) => 80_000 + i) };
    const answers = await Promise.all(
      Array.from({ length: 4 }, async () => (await stack.post('/v1/download/estimate', body)).status),
    );
    expect(answers.toSorted((a, b) => a - b)).toEqual([200, 200, 429, 429]);
    expect((await stack.post('/v1/download/estimate', { fileId: 70_000 })).status).toBe(200);
  });

  it('rejects what initiate rejects', async () => {
    const response = await stack.post('/v1/download/estimate', { fileIds: [1] });
    expect(await response.json()).toMatchObject({ status: 400, errors: [{ path: 'fileIds.0' }] });
  });
});
