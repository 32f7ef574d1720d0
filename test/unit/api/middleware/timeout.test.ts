import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { DownloadJob } from '../../../../src/contract/job.js';
import { type ApiServer, startApiServer } from '../../../support/api-server.js';
import { waitFor } from '../../../support/wait-for.js';

describe('timeout', () => {
  let server: ApiServer;
  afterEach(async () => {
    jest.restoreAllMocks();
    await server.stop();
  });

  const post = () =>
    fetch(`${server.baseUrl}/v1/download/initiate`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"fileId":70000}',
    });

  it('responds once and logs a late result', async () => {
    const stderr = jest.spyOn(console, 'error').mockImplementation(() => {});
    let finish!: () => void;
    const start = (job: DownloadJob) =>
      new Promise<{ createdAt: string; replayed: boolean }>((resolve) => {
        finish = () => resolve({ createdAt: job.createdAt, replayed: false });
      });
    server = await startApiServer({
      jobs: { start } as never,
      http: {
        publicUrl: undefined,
        trustProxy: 0,
        corsOrigins: [],
        requestTimeoutMs: 100,
        linkTtlSeconds: 1,
      },
    });
    const response = await post();
    expect(await response.json()).toMatchObject({ status: 503, code: 'REQUEST_TIMEOUT' });
    finish();
    await waitFor('the late result to be logged', () =>
      server.lines.some((line) => line.includes('handler finished after the response was sent')),
    );
    expect(stderr).not.toHaveBeenCalled();
  });

  it('sets a deadline before its own response', async () => {
    let given = Infinity;
    const start = async (job: DownloadJob, deadline: number) => {
      given = deadline;
      return { createdAt: job.createdAt, replayed: false };
    };
    server = await startApiServer({ jobs: { start } as never });
    const before = Date.now();
    expect((await post()).status).toBe(202);
    expect(given).toBeGreaterThanOrEqual(before);
    expect(given).toBeLessThan(Date.now() + 5_000);
  });
});
