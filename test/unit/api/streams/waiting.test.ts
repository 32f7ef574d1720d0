import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DownloadJob } from '../../../../src/contract/job.js';
import { FakeDownloads } from '../../../support/fake-downloads.js';
import { StreamApi } from '../../../support/stream-api.js';
import { waitFor } from '../../../support/wait-for.js';

describe('an answer that is held', () => {
  let api: StreamApi;
  beforeAll(async () => {
    api = await StreamApi.start();
  });
  afterAll(() => api.stop());

  const get = async (jobId: string, search: string, headers: Record<string, string> = {}) => {
    const response = await fetch(api.statusUrl(jobId, search), { headers });
    return { response, body: (await response.json()) as Record<string, unknown> };
  };

  it('comes as soon as something changes, and is not cut by the request timeout', async () => {
    const jobId = api.downloads.add();
    const answer = get(jobId, '?waitMs=30000');
    // Longer than the request timeout of this server: the second look is 250 ms after the first.
    const before = api.downloads.reads;
    await waitFor('some looks', () => api.downloads.reads >= before + 3);
    api.downloads.change(jobId, { bytesHighWater: 500 });
    expect((await answer).body).toMatchObject({ status: 'running', bytesProcessed: 500 });
  });

  it('comes unchanged when the time is over', async () => {
    const { response, body } = await get(api.downloads.add(), '?waitMs=50');
    expect(response.status).toBe(200);
    expect(body).toMatchObject({ status: 'running', bytesProcessed: 0 });
  });

  it('is the latest there is when the time is over', async () => {
    const busy = await StreamApi.start();
    // Watched jobs are looked at so seldom then that this one is not looked at again in time.
    for (let i = 0; i < 1_000; i++) {
      const other = await busy.downloads.view(busy.downloads.add());
      busy.watchers.watch(other, { changed: () => {}, gone: () => {} });
    }
    const jobId = busy.downloads.add();
    const before = busy.downloads.reads;
    const answer = fetch(busy.statusUrl(jobId, '?waitMs=500'));
    await waitFor('the first look', () => busy.downloads.reads > before);
    busy.downloads.change(jobId, { bytesHighWater: 500 });
    expect(await (await answer).json()).toMatchObject({ bytesProcessed: 500 });
    await busy.stop();
  });

  it('is what was seen last, marked as such, when nobody can tell any more', async () => {
    const jobId = api.downloads.add();
    const before = api.downloads.reads;
    const answer = get(jobId, '?waitMs=300');
    await waitFor('the first look', () => api.downloads.reads > before);
    api.downloads.down = true;
    expect((await answer).body).toMatchObject({ status: 'running', stale: true });
    api.downloads.down = false;
  });

  it('is that there is no such job when it is gone meanwhile', async () => {
    const jobId = api.downloads.add();
    const before = api.downloads.reads;
    const answer = get(jobId, '?waitMs=30000');
    await waitFor('the first look', () => api.downloads.reads > before);
    api.downloads.remove(jobId);
    expect((await answer).body).toMatchObject({ status: 404, code: 'JOB_NOT_FOUND' });
  });

  it('is not waited for by a worker that comes and goes', async () => {
    const jobId = api.downloads.add();
    const before = api.downloads.reads;
    const answer = get(jobId, '?waitMs=30000');
    for (const stale of [true, false, true]) {
      api.downloads.stale = stale;
      const reads = api.downloads.reads;
      await waitFor('a look', () => api.downloads.reads > reads + 1);
    }
    api.downloads.change(jobId, { bytesHighWater: 1 });
    expect((await answer).body).toMatchObject({ bytesProcessed: 1, stale: true });
    api.downloads.stale = false;
    expect(api.downloads.reads).toBeGreaterThan(before + 5);
  });

  it('comes at once when the job has ended', async () => {
    const jobId = api.downloads.add();
    api.downloads.complete(jobId);
    expect((await get(jobId, '?waitMs=30000')).body['status']).toBe('completed');
  });

  it('says which preference it honours', async () => {
    const jobId = api.downloads.add();
    api.downloads.complete(jobId);
    const { response } = await get(jobId, '', { prefer: 'wait=600' });
    expect(response.headers.get('preference-applied')).toBe('wait=30');
    expect((await get(jobId, '')).response.headers.get('preference-applied')).toBeNull();
  });

  it('is refused for a time that is none', async () => {
    const { response, body } = await get(api.downloads.add(), '?waitMs=soon');
    expect(response.status).toBe(400);
    expect(body).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ path: 'waitMs' }] });
  });

  it('is given up when the client is gone', async () => {
    const jobId = api.downloads.add();
    const client = new AbortController();
    const answer = fetch(api.statusUrl(jobId, '?waitMs=30000'), { signal: client.signal });
    const before = api.downloads.reads;
    await waitFor('the first look', () => api.downloads.reads > before + 1);
    client.abort();
    await expect(answer).rejects.toThrow('aborted');
    await waitFor('the looking to end', async () => {
      const reads = api.downloads.reads;
      await get(api.downloads.add(), '?waitMs=300');
      // Those of the witness alone.
      return api.downloads.reads - reads <= 3;
    });
  });

  it('comes at once when the server shuts down', async () => {
    const another = await StreamApi.start();
    const jobId = another.downloads.add();
    const answer = fetch(another.statusUrl(jobId, '?waitMs=30000'));
    await waitFor('the request to arrive', () => another.downloads.reads > 1);
    another.watchers.close();
    expect((await answer).status).toBe(200);
    await another.stop();
  });

  it('comes at once for a start that is waited for, and tells which job it is', async () => {
    const downloads = new FakeDownloads();
    const start = async (job: DownloadJob) => {
      downloads.adopt(job);
      return { createdAt: job.createdAt, replayed: false };
    };
    const another = await StreamApi.start({ downloads: Object.assign(downloads, { start }) });
    const answer = fetch(`${another.url}/v1/download/start`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"fileId":70000}',
    });
    await waitFor('the job to be waited for', () => downloads.reads > 1);
    another.watchers.close();
    const response = await answer;
    expect(response.status).toBe(202);
    expect(downloads.has(((await response.json()) as { jobId: string }).jobId)).toBe(true);
    await another.stop();
  });
});
