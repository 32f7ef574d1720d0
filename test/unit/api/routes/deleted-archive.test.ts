import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LinkOptions } from '../../../../src/storage/object-store.js';
import { LonghaulError } from '../../../../src/contract/errors.js';
import { ArchivePresence } from '../../../../src/jobs/archive-presence.js';
import { type ApiServer, startApiServer } from '../../../support/api-server.js';
import { FakeJobs } from '../../../support/fake-jobs.js';

describe('a completed job', () => {
  const jobs = new FakeJobs();
  let server: ApiServer;
  let jobId: string;
  let state: 'there' | 'FILE_NOT_FOUND' | 'STORAGE_UNAVAILABLE';
  const answer = async () => {
    if (state !== 'there') throw new LonghaulError(state, 'no');
  };
  beforeAll(async () => {
    server = await startApiServer({
      jobs: jobs as never,
      jobList: { list: async () => ({ jobs: [await jobs.view(jobId)], nextCursor: null }) },
      store: {
        signedLink: async (key: string, { method }: LinkOptions) => `https://store.test/${key}?${method}`,
        read: answer as never,
      },
      archives: new ArchivePresence({ head: answer }),
    });
  });
  afterAll(() => server.stop());
  beforeEach(() => {
    jobId = jobs.add();
    jobs.complete(jobId);
    // Answers are kept by key.
    jobs.change(jobId, { archiveKey: `archives/${jobId}` });
    state = 'there';
  });

  const get = (path: string, method = 'GET') =>
    fetch(new URL(path, `${server.baseUrl}/v1/download/`), { method, redirect: 'manual' });
  const json = async (path: string) => (await (await get(path)).json()) as Record<string, unknown>;

  it.each(['GET', 'HEAD'])('redirects %s to a link for it', async (method) => {
    const response = await get(jobId, method);
    expect(response.status).toBe(302);
    expect(response.headers.get('location')).toBe(`https://store.test/archives/${jobId}?${method}`);
  });

  it.each(['GET', 'HEAD'])('answers %s with 410 after its archive was deleted', async (method) => {
    await get(`status/${jobId}`);
    state = 'FILE_NOT_FOUND';
    const response = await get(jobId, method);
    expect(response.status).toBe(410);
    expect(response.headers.has('location')).toBe(false);
    if (method === 'GET') {
      expect(await response.json()).toMatchObject({
        code: 'ARCHIVE_DELETED',
        detail: 'The archive is no longer in the object store. Start the download again.',
      });
    }
  });

  it('says that its archive was deleted', async () => {
    state = 'FILE_NOT_FOUND';
    const gone = {
      status: 'expired',
      message: 'The archive is no longer in the object store. Start the download again.',
    };
    expect(await json(`status/${jobId}`)).toMatchObject({ ...gone, progress: 100, downloadUrl: null });
    expect(await json(`jobs/${jobId}`)).toMatchObject({ ...gone, download_url: null });
    expect(await json('jobs')).toMatchObject({ jobs: [{ ...gone, download_url: null }] });
    expect(await json('../downloads')).toMatchObject({ jobs: [{ ...gone, downloadUrl: null }] });
    expect(await json(`${jobId}/files`)).toMatchObject({ status: 410, code: 'ARCHIVE_DELETED' });
  });

  it('keeps its link while the store does not answer', async () => {
    state = 'STORAGE_UNAVAILABLE';
    const url = `https://store.test/archives/${jobId}?GET`;
    expect(await json(`status/${jobId}`)).toMatchObject({ status: 'completed', downloadUrl: url });
    expect((await get(jobId)).headers.get('location')).toBe(url);
  });

  it('says expired after its time', async () => {
    state = 'FILE_NOT_FOUND';
    jobs.change(jobId, { ttlMs: 0 });
    expect(await json(jobId)).toMatchObject({ status: 410, code: 'JOB_EXPIRED' });
    expect(await json(`${jobId}/files`)).toMatchObject({ status: 410, code: 'JOB_EXPIRED' });
  });
});
