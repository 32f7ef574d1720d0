import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
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
      return api.downloads.reads - reads <= 2;
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
});
