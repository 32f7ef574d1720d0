import { describe, expect, it } from '@jest/globals';
import type { Jobs, JobView } from '../../../../src/jobs/jobs.js';
import { waitUntilFinal } from '../../../../src/jobs/status/wait-until-final.js';
import { LonghaulError } from '../../../../src/contract/errors.js';
import { queuedSnapshot } from '../../../../src/contract/queued-snapshot.js';
import type { JobSnapshot } from '../../../../src/contract/snapshot.js';
import { aJob } from '../../../support/jobs.js';

const view = (changes: Partial<JobSnapshot> = {}): JobView => ({
  jobId: 'job-1',
  runId: 'run-1',
  snapshot: { ...queuedSnapshot(aJob()), ...changes },
  live: null,
  stale: false,
});

/** Jobs that look otherwise each time: as the list says, and then as its last. */
function jobs(...looks: (() => Promise<JobView>)[]): Jobs & { looked: number } {
  const fake = {
    looked: 0,
    view: () => looks[Math.min(fake.looked++, looks.length - 1)]!(),
  };
  return fake as unknown as Jobs & { looked: number };
}

const patience = () => AbortSignal.timeout(30_000);

describe('waiting for a job to end', () => {
  it('tells the job as soon as it has ended', async () => {
    const ended = view({ status: 'failed' });
    const downloads = jobs(
      async () => view(),
      async () => view({ status: 'running' }),
      async () => ended,
    );
    expect(await waitUntilFinal(downloads, 'job-1', patience())).toBe(ended);
    expect(downloads.looked).toBe(3);
  });

  it('ends with the job as it was seen last when nobody waits any more', async () => {
    const gone = new AbortController();
    const running = view({ status: 'running' });
    const downloads = jobs(async () => {
      gone.abort();
      return running;
    });
    expect(await waitUntilFinal(downloads, 'job-1', gone.signal)).toBe(running);
    expect(downloads.looked).toBe(1);
  });

  it('bears that the job cannot be told for a while', async () => {
    const ended = view({ status: 'completed' });
    const unanswered = () => Promise.reject(new LonghaulError('TEMPORAL_UNAVAILABLE', 'no'));
    expect(
      await waitUntilFinal(
        jobs(unanswered, async () => ended),
        'job-1',
        patience(),
      ),
    ).toBe(ended);
  });

  it('knows nothing of a job that was never seen', async () => {
    const unanswered = () => Promise.reject(new LonghaulError('TEMPORAL_UNAVAILABLE', 'no'));
    expect(await waitUntilFinal(jobs(unanswered), 'job-1', AbortSignal.timeout(20))).toBeUndefined();
  });

  it('passes on every other error', async () => {
    const broken = new Error('broken');
    const waiting = waitUntilFinal(
      jobs(() => Promise.reject(broken)),
      'job-1',
      patience(),
    );
    await expect(waiting).rejects.toBe(broken);
  });
});
