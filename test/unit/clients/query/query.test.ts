import { QueryClient, QueryObserver } from '@tanstack/query-core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LonghaulClient, LonghaulError } from '../../../../clients/src/client/index.js';
import {
  downloadOptions,
  estimateOptions,
  filesOptions,
  jobsOptions,
} from '../../../../clients/src/query/index.js';

describe('longhaul/query', () => {
  const queries = new QueryClient();
  let requests: string[];
  let bodies: object[];
  let client: LonghaulClient;

  beforeEach(() => {
    queries.mount();
    requests = [];
    client = new LonghaulClient({
      baseUrl: 'http://api.test',
      fetch: async (input) => {
        const { pathname, search } = new URL(input instanceof Request ? input.url : input);
        requests.push(pathname + search);
        return Response.json(bodies.shift());
      },
    });
  });
  afterEach(() => {
    queries.clear();
    queries.unmount();
  });

  it('reads a status', async () => {
    bodies = [{ jobId: 'a', status: 'running' }];
    expect(await queries.fetchQuery(downloadOptions(client, 'a'))).toMatchObject({ status: 'running' });
    expect(requests).toEqual(['/v1/download/status/a']);
  });

  it('polls until the status is final', async () => {
    bodies = [{ status: 'running' }, { status: 'completed' }];
    const observer = new QueryObserver(queries, downloadOptions(client, 'a'));
    const { refetchInterval } = downloadOptions(client, 'a');
    const next = async () => refetchInterval({ state: { data: (await observer.refetch()).data } });
    const intervals = [await next(), await next()];
    expect(intervals).toEqual([expect.any(Number), false]);
    expect(intervals[0]).toBeGreaterThanOrEqual(4_000);
    expect(intervals[0]).toBeLessThanOrEqual(8_000);
  });

  it('reads all pages of files', async () => {
    bodies = [
      { files: [{ fileId: 1 }], nextCursor: 'next' },
      { files: [{ fileId: 2 }], nextCursor: null },
    ];
    const { pages } = await queries.fetchInfiniteQuery({ ...filesOptions(client, 'x'), pages: 3 });
    expect(pages.flatMap(({ items }) => items)).toEqual([{ fileId: 1 }, { fileId: 2 }]);
    expect(requests).toEqual(['/v1/files?query=x', '/v1/files?query=x&cursor=next']);
  });

  it('reads the active jobs', async () => {
    bodies = [{ jobs: [{ jobId: 'a' }], nextCursor: null }];
    const page = await queries.fetchQuery(jobsOptions(client, { status: 'active', limit: 5 }));
    expect(page.items).toEqual([{ jobId: 'a' }]);
    expect(requests).toEqual(['/v1/downloads?status=active&limit=5']);
  });

  it('estimates a request', async () => {
    bodies = [{ bytesTotal: 3 }];
    const estimate = await queries.fetchQuery(estimateOptions(client, { fileIds: [70_000] }));
    expect(estimate.bytesTotal).toBe(3);
  });

  it('waits as long as Retry-After says', () => {
    const { retry, retryDelay } = downloadOptions(client, 'a');
    const busy = new LonghaulError('RATE_LIMITED', 'Busy.', { status: 429, retryAfterMs: 20_000 });
    expect([retry(0, busy), retry(3, busy), retryDelay(0, busy)]).toEqual([true, false, 20_000]);
    const gone = new LonghaulError('JOB_NOT_FOUND', 'Unknown.', { status: 404 });
    expect(retry(0, gone)).toBe(false);
  });
});
