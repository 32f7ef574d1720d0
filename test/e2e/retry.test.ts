import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { DownloadStatus, StartedDownload } from '../../src/contract/http/answers.js';
import { describeWith } from '../support/require-server.js';
import { Stack } from '../support/stack.js';
import { locateTemporalCli } from '../support/temporal-programs.js';
import { waitFor } from '../support/wait-for.js';

const UNKNOWN = '01890000-0000-7000-8000-000000000000';

describeWith(await locateTemporalCli(), 'retry by the owner', (temporalCli) => {
  let stack: Stack;
  beforeAll(async () => {
    const env = {
      DOWNLOAD_DELAY_ENABLED: 'true',
      DOWNLOAD_DELAY_MIN_MS: '1500',
      DOWNLOAD_DELAY_MAX_MS: '1500',
      MAX_RUNNING_JOBS_PER_USER: '1',
      MAX_QUEUED_JOBS_PER_USER: '1',
    };
    stack = await Stack.start({ temporalCli, env });
    await stack.store.write('downloads/70000', Buffer.from('hello'));
  });
  afterAll(() => stack?.stop());

  const user = (name: string) => ({ 'x-user-id': name });
  const start = async (name: string, body: object) => {
    const response = await stack.post('/v1/download/initiate', body, user(name));
    expect(response.status).toBe(202);
    return ((await response.json()) as StartedDownload).jobId;
  };
  const retry = async (name: string, jobId: string) => {
    const response = await stack.post(`/v1/download/retry/${jobId}`, undefined, user(name));
    const body = (await response.json()) as StartedDownload & { code: string; job?: DownloadStatus };
    return { code: response.status, replayed: response.headers.get('idempotency-replayed'), response, body };
  };
  const ended = async (name: string, jobId: string) => {
    for (;;) {
      const path = `/v1/download/status/${jobId}?waitMs=5000`;
      const answer = (await (await stack.request(path, { headers: user(name) })).json()) as DownloadStatus;
      if (answer.completedAt) return answer;
    }
  };

  it('starts a failed job once, however often asked', async () => {
    const jobId = await start('ada', { fileIds: [70_000, 71_000], archive: { name: 'photos' } });
    const running = await retry('ada', jobId);
    expect([running.code, running.body.code]).toEqual([409, 'JOB_NOT_RETRYABLE']);
    expect(running.body.job).toMatchObject({ jobId });
    expect(running.response.headers.get('retry-after')).toMatch(/^\d+$/);
    const failed = await ended('ada', jobId);
    expect(failed.status).toBe('failed');
    expect((await retry('eve', jobId)).code).toBe(404);
    await stack.store.write('downloads/71000', Buffer.from('here now'));

    const answers = await Promise.all(Array.from({ length: 5 }, () => retry('ada', jobId)));
    expect(answers.map(({ code }) => code)).toEqual([202, 202, 202, 202, 202]);
    expect(answers.filter(({ replayed }) => replayed === null)).toHaveLength(1);
    const { response, body } = answers[0]!;
    expect(body).toMatchObject({ jobId, status: 'queued', totalFileIds: 2, duplicateFileIds: [] });
    expect(response.headers.get('location')).toBe(body.statusUrl);
    expect(response.headers.get('retry-after')).toMatch(/^\d+$/);

    const lost = await retry('ada', jobId);
    expect([lost.code, lost.replayed]).toEqual([202, 'true']);
    const done = await ended('ada', jobId);
    expect(done).toMatchObject({ status: 'completed', archive: { name: 'photos.zip', files: 2 } });
    expect(done.createdAt > failed.createdAt).toBe(true);
    const complete = await retry('ada', jobId);
    expect([complete.code, complete.body.code, complete.body.job?.status]).toEqual([
      409,
      'JOB_NOT_RETRYABLE',
      'completed',
    ]);
  });

  it('starts cancelled and deleted downloads again', async () => {
    const jobId = await start('bob', { fileId: 70_000 });
    await stack.post(`/v1/download/cancel/${jobId}`, undefined, user('bob'));
    expect((await retry('bob', jobId)).code).toBe(202);
    expect((await ended('bob', jobId)).status).toBe('completed');
    await stack.store.delete(await stack.artifacts(jobId));
    expect((await retry('bob', jobId)).code).toBe(202);
    const { status, createdAt } = await ended('bob', jobId);
    expect(status).toBe('completed');
    await waitFor('the list to show the last run alone', async () => {
      const response = await stack.request('/v1/downloads', { headers: user('bob') });
      const { jobs } = (await response.json()) as { jobs: DownloadStatus[] };
      return jobs.length === 1 && jobs[0]!.createdAt === createdAt;
    });
  });

  it('counts for the limit of queued jobs', async () => {
    const jobId = await start('cy', { fileId: 70_999 });
    await ended('cy', jobId);
    const others = [await start('cy', { fileId: 70_000 })];
    // The ended job counts until the queue is read again.
    await waitFor('a second job to be accepted', async () => {
      const response = await stack.post('/v1/download/initiate', { fileId: 70_000 }, user('cy'));
      if (response.status !== 202) return false;
      others.push(((await response.json()) as StartedDownload).jobId);
      return true;
    });
    const { code, body } = await retry('cy', jobId);
    expect([code, body.code]).toEqual([429, 'TOO_MANY_JOBS']);
    await Promise.all(others.map((other) => ended('cy', other)));
  });

  it('rejects unknown jobs', async () => {
    for (const id of [UNKNOWN, 'nonsense', '%zz']) {
      const { code, body } = await retry('ada', id);
      expect([code, body.code]).toEqual([404, 'JOB_NOT_FOUND']);
    }
  });
});
