import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DownloadJob } from '../../../../src/contract/job.js';
import { FakeJobs } from '../../../support/fake-jobs.js';
import { StreamApi } from '../../../support/stream-api.js';
import { waitFor } from '../../../support/wait-for.js';

describe('JobResponses long poll', () => {
  let api: StreamApi;
  beforeAll(async () => {
    api = await StreamApi.start();
  });
  afterAll(() => api.stop());

  const get = async (jobId: string, search: string, headers: Record<string, string> = {}) => {
    const response = await fetch(api.statusUrl(jobId, search), { headers });
    return { response, body: (await response.json()) as Record<string, unknown> };
  };

  it('responds on a change after the request timeout', async () => {
    const jobId = api.jobs.add();
    const answer = get(jobId, '?waitMs=30000');
    // The second read is 250 ms after the first, later than the request timeout of this server.
    const before = api.jobs.reads;
    await waitFor('some reads', () => api.jobs.reads >= before + 3);
    api.jobs.change(jobId, { bytesHighWater: 500 });
    expect((await answer).body).toMatchObject({ status: 'running', bytesProcessed: 500 });
  });

  it('responds unchanged after the wait', async () => {
    const { response, body } = await get(api.jobs.add(), '?waitMs=50');
    expect(response.status).toBe(200);
    expect(body).toMatchObject({ status: 'running', bytesProcessed: 0 });
  });

  it('reads the job again after the wait', async () => {
    const busy = await StreamApi.start();
    // With this many watched jobs, polls are so rare that this job is not read again in time.
    for (let i = 0; i < 1_000; i++) {
      const other = await busy.jobs.view(busy.jobs.add());
      busy.watchers.watch(other, { changed: () => {}, gone: () => {} });
    }
    const jobId = busy.jobs.add();
    const before = busy.jobs.reads;
    const answer = fetch(busy.statusUrl(jobId, '?waitMs=500'));
    await waitFor('the first read', () => busy.jobs.reads > before);
    busy.jobs.change(jobId, { bytesHighWater: 500 });
    expect(await (await answer).json()).toMatchObject({ bytesProcessed: 500 });
    await busy.stop();
  });

  it('responds with a stale view during an outage', async () => {
    const jobId = api.jobs.add();
    const before = api.jobs.reads;
    const answer = get(jobId, '?waitMs=300');
    await waitFor('the first read', () => api.jobs.reads > before);
    api.jobs.down = true;
    expect((await answer).body).toMatchObject({ status: 'running', stale: true });
    api.jobs.down = false;
  });

  it('responds 404 if the job is deleted', async () => {
    const jobId = api.jobs.add();
    const before = api.jobs.reads;
    const answer = get(jobId, '?waitMs=30000');
    await waitFor('the first read', () => api.jobs.reads > before);
    api.jobs.remove(jobId);
    expect((await answer).body).toMatchObject({ status: 404, code: 'JOB_NOT_FOUND' });
  });

  it('ignores changes of staleness', async () => {
    const jobId = api.jobs.add();
    const before = api.jobs.reads;
    const answer = get(jobId, '?waitMs=30000');
    for (const stale of [true, false, true]) {
      api.jobs.stale = stale;
      const reads = api.jobs.reads;
      await waitFor('a read', () => api.jobs.reads > reads + 1);
    }
    api.jobs.change(jobId, { bytesHighWater: 1 });
    expect((await answer).body).toMatchObject({ bytesProcessed: 1, stale: true });
    api.jobs.stale = false;
    expect(api.jobs.reads).toBeGreaterThan(before + 5);
  });

  it('responds immediately for an ended job', async () => {
    const jobId = api.jobs.add();
    api.jobs.complete(jobId);
    expect((await get(jobId, '?waitMs=30000')).body['status']).toBe('completed');
  });

  it('acknowledges Prefer', async () => {
    const jobId = api.jobs.add();
    api.jobs.complete(jobId);
    const { response } = await get(jobId, '', { prefer: 'wait=600' });
    expect(response.headers.get('preference-applied')).toBe('wait=30');
    expect((await get(jobId, '')).response.headers.get('preference-applied')).toBeNull();
  });

  it('rejects a malformed waitMs', async () => {
    const { response, body } = await get(api.jobs.add(), '?waitMs=soon');
    expect(response.status).toBe(400);
    expect(body).toMatchObject({ code: 'INVALID_REQUEST', errors: [{ path: 'waitMs' }] });
  });

  it('stops polling after a disconnect', async () => {
    const jobId = api.jobs.add();
    const client = new AbortController();
    const answer = fetch(api.statusUrl(jobId, '?waitMs=30000'), { signal: client.signal });
    const before = api.jobs.reads;
    await waitFor('the first read', () => api.jobs.reads > before + 1);
    client.abort();
    await expect(answer).rejects.toThrow('aborted');
    await waitFor('the polling to stop', async () => {
      const reads = api.jobs.reads;
      await get(api.jobs.add(), '?waitMs=300');
      // Only the reads of this request.
      return api.jobs.reads - reads <= 3;
    });
  });

  it('responds immediately at shutdown', async () => {
    const another = await StreamApi.start();
    const jobId = another.jobs.add();
    const answer = fetch(another.statusUrl(jobId, '?waitMs=30000'));
    await waitFor('the request to arrive', () => another.jobs.reads > 1);
    another.watchers.close();
    expect((await answer).status).toBe(200);
    await another.stop();
  });

  it('ends the wait of startAndWait at shutdown', async () => {
    const jobs = new FakeJobs();
    const start = async (job: DownloadJob) => {
      jobs.adopt(job);
      return { createdAt: job.createdAt, replayed: false };
    };
    const another = await StreamApi.start({ jobs: Object.assign(jobs, { start }) });
    const answer = fetch(`${another.url}/v1/download/start`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"fileId":70000}',
    });
    await waitFor('the job to be waited for', () => jobs.reads > 1);
    another.watchers.close();
    const response = await answer;
    expect(response.status).toBe(202);
    expect(jobs.has(((await response.json()) as { jobId: string }).jobId)).toBe(true);
    await another.stop();
  });
});
