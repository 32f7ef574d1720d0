import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { FilesPage } from '../../src/contract/http/answers.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';

const FILES = 10_000;
const FIRST = 70_000;

describeWith(await locateTemporalCli(), 'large request', (temporalCli) => {
  let stack: Stack;

  beforeAll(async () => {
    stack = await Stack.start({ temporalCli, env: { MAX_RUNNING_JOBS_PER_USER: '1' } });
    const folder = join(stack.dataDir, 'objects', 'downloads');
    await mkdir(folder, { recursive: true });
    for (let i = 0; i < FILES; i++) await writeFile(join(folder, String(FIRST + i)), 'x');
  });
  afterAll(() => stack?.stop());

  /** All files, with names that take `bytes` of JSON together. */
  function filesOf(bytes: number) {
    const files = Array.from({ length: FILES }, (_, i) => ({ fileId: FIRST + i, name: `${i}/` }));
    const padding = Math.floor((bytes - JSON.stringify(files).length) / FILES);
    return files.map(({ fileId, name }) => ({ fileId, name: name + 'x'.repeat(padding) }));
  }

  it('runs a job of the largest accepted file list', async () => {
    const files = filesOf(1_899_000);
    const { jobId } = await stack.initiate({ files, clientRequestId: 'large' });
    expect((await stack.files(jobId)).files).toHaveLength(100);
    const completed = await stack.waitUntilFinal(jobId, { timeoutMs: 240_000 });
    expect(completed).toMatchObject({ status: 'completed', filesProcessed: FILES });
    const response = await stack.request(`/v1/download/${jobId}/files?limit=1000`);
    const { files: outcomes } = (await response.json()) as FilesPage;
    expect(outcomes[999]).toMatchObject({ name: files[999]!.name, state: 'included' });
    const replay = await stack.post('/v1/download/initiate', { files, clientRequestId: 'large' });
    expect(replay.headers.get('idempotency-replayed')).toBe('true');
  });

  it('names the two skipped of 10,000 in one page', async () => {
    const fileIds = Array.from({ length: FILES }, (_, i) => FIRST + 2 + i);
    const { jobId } = await stack.initiate({ fileIds, onFileError: 'skip' });
    const unfinished = await stack.files(jobId, '?state=pending,prepared&limit=1');
    expect(unfinished.files).toHaveLength(1);
    const completed = await stack.waitUntilFinal(jobId, { timeoutMs: 240_000 });
    expect(completed).toMatchObject({ status: 'completed', filesSkipped: 2 });
    const error = { code: 'FILE_NOT_FOUND' };
    expect(await stack.files(jobId, '?state=skipped,failed')).toMatchObject({
      files: [FILES, FILES + 1].map((i) => ({ fileId: FIRST + i, state: 'skipped', error })),
      nextCursor: null,
    });
  });

  it.each(['initiate', 'start', 'jobs', 'estimate'])('refuses a larger list at %s', async (route) => {
    const files = filesOf(2_345_678);
    const body = route === 'jobs' ? files.map(({ fileId, name }) => ({ file_id: fileId, name })) : files;
    const response = await stack.post(`/v1/download/${route}`, { files: body });
    expect(await response.json()).toMatchObject({
      status: 413,
      code: 'FILE_LIST_TOO_LARGE',
      detail: expect.stringMatching(
        /^The ids and names of the files take 2,3\d\d,\d{3} bytes; the limit is 1,900,000\. Use shorter names/,
      ),
    });
  });
});
