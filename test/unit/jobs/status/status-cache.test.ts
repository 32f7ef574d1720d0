import { beforeEach, describe, expect, it } from '@jest/globals';
import type { JobView } from '../../../../src/jobs/jobs.js';
import { StatusCache } from '../../../../src/jobs/status/status-cache.js';
import { LonghaulError } from '../../../../src/contract/errors.js';
import { queuedSnapshot } from '../../../../src/contract/queued-snapshot.js';
import type { JobSnapshot } from '../../../../src/contract/snapshot.js';
import { aJob } from '../../../support/jobs.js';

const CREATED = Date.parse('2026-03-01T12:00:00Z');

describe('the status cache', () => {
  let now: number;
  let cache: StatusCache;
  let reads: number;
  beforeEach(() => {
    now = CREATED + 60_000;
    reads = 0;
    cache = new StatusCache(() => now);
  });

  function view(changes: Partial<JobSnapshot> = {}, more: Partial<JobView> = {}): JobView {
    const snapshot = { ...queuedSnapshot(aJob({ createdAt: new Date(CREATED).toISOString() })), ...changes };
    return { jobId: 'j', runId: 'r', snapshot, live: null, stale: false, ...more };
  }

  const reading = (result: JobView) => async () => {
    reads++;
    return result;
  };

  it('reads once however many ask at the same time', async () => {
    await Promise.all(Array.from({ length: 50 }, () => cache.get('j', reading(view()))));
    expect(reads).toBe(1);
  });

  it('reads anew for whoever asks, three hundred times a second; beyond that once in 50 ms', async () => {
    for (let i = 0; i <= 300; i++) {
      await cache.get('j', reading(view()));
      expect(reads).toBe(i + 1);
      now += 2;
    }
    now += 47;
    await cache.get('j', reading(view()));
    expect(reads).toBe(301);
    now += 1;
    await cache.get('j', reading(view()));
    expect(reads).toBe(302);
    now += 500;
    for (let i = 0; i < 2; i++) await cache.get('j', reading(view()));
    expect(reads).toBe(304);
  });

  it('leaves reads to jobs that were not read for long', async () => {
    await cache.get('j', reading(view()));
    now += 500;
    const others = Array.from({ length: 100 }, (_, i) => `other-${i}`);
    for (const jobId of [...others, ...others]) await cache.get(jobId, reading(view({}, { jobId })));
    reads = 0;
    await cache.get('other-0', reading(view()));
    expect(reads).toBe(0);
    await cache.get('j', reading(view()));
    expect(reads).toBe(1);
  });

  it('answers nobody with what was read before they asked', async () => {
    await cache.get('j', reading(view()));
    let finish!: (view: JobView) => void;
    const first = cache.get('j', () => new Promise((resolve) => (finish = resolve)));
    const others = [1, 2, 3].map(() => cache.get('j', reading(view({ bytesHighWater: 7 }))));
    finish(view({ bytesHighWater: 5 }));
    expect((await first).snapshot.bytesHighWater).toBe(5);
    expect((await Promise.all(others)).map(({ snapshot }) => snapshot.bytesHighWater)).toEqual([7, 7, 7]);
    expect(reads).toBe(2);
  });

  it('lets nobody wait for a second read when the first was slow', async () => {
    await cache.get('j', reading(view()));
    let finish!: (view: JobView) => void;
    const slow = () => new Promise<JobView>((resolve) => (finish = resolve));
    const answers = [cache.get('j', slow), cache.get('j', reading(view({ bytesHighWater: 7 })))];
    now += 1_501;
    finish(view({ bytesHighWater: 5 }));
    expect((await Promise.all(answers)).map(({ snapshot }) => snapshot.bytesHighWater)).toEqual([5, 5]);
    expect(reads).toBe(1);
  });

  it('serves what was read lately when there are more reads than the budget has', async () => {
    await cache.get('j', reading(view()));
    now += 1_000;
    for (let i = 0; i < 250; i++) await cache.get(`other-${i}`, reading(view({}, { jobId: `other-${i}` })));
    reads = 0;
    await cache.get('j', reading(view()));
    expect(reads).toBe(0);
  });

  it('reads beyond the budget what it does not know, or last saw long ago', async () => {
    const exhaust = async () => {
      for (let i = 0; i < 250; i++) await cache.get(`other-${i}`, reading(view({}, { jobId: `other-${i}` })));
      reads = 0;
    };
    await exhaust();
    await cache.get('j', reading(view()));
    expect(reads).toBe(1);
    now += 8_001;
    await exhaust();
    await cache.get('j', reading(view()));
    expect(reads).toBe(1);
  });

  it('reads a completed job again after ten seconds, for an operator may have reset it', async () => {
    const completed = view({ status: 'completed', phase: 'ended' });
    await cache.get('j', reading(completed));
    now += 9_999;
    await cache.get('j', reading(completed));
    expect(reads).toBe(1);
    now += 1;
    await cache.get('j', reading(completed));
    expect(reads).toBe(2);
  });

  it('reads an expired job again, for it may have been started anew', async () => {
    const completedAt = new Date(CREATED).toISOString();
    const expired = view({ status: 'completed', phase: 'ended', completedAt, ttlMs: 60_000 });
    await cache.get('j', reading(expired));
    await cache.get('j', reading(view()));
    expect(reads).toBe(2);
  });

  it('reads a failed job again, for it may have been started anew', async () => {
    await cache.get('j', reading(view({ status: 'failed', phase: 'ended' })));
    now += 501;
    await cache.get('j', reading(view()));
    expect(reads).toBe(2);
  });

  it('shares a failing read with those who wait for it, and keeps nothing of it', async () => {
    const failing = async () => {
      reads++;
      throw new Error('down');
    };
    const results = await Promise.allSettled([cache.get('j', failing), cache.get('j', failing)]);
    expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected']);
    await cache.get('j', reading(view()));
    expect(reads).toBe(2);
  });

  it('serves what was read lately, as stale, while Temporal does not answer', async () => {
    const unanswered = async () => {
      throw new LonghaulError('TEMPORAL_UNAVAILABLE', 'The job service does not answer.');
    };
    await cache.get('j', reading(view()));
    now += 7_999;
    expect(await cache.get('j', unanswered)).toMatchObject({ stale: true, snapshot: { status: 'queued' } });
    now += 1;
    await expect(cache.get('j', unanswered)).rejects.toThrow('does not answer');
  });

  it('reads again after something was done to the job', async () => {
    await cache.get('j', reading(view()));
    cache.expire('j');
    await cache.get('j', reading(view()));
    expect(reads).toBe(2);
  });

  it('keeps nothing of a read that was under way when something was done to the job', async () => {
    let finish!: (view: JobView) => void;
    const before = cache.get('j', () => new Promise((resolve) => (finish = resolve)));
    cache.expire('j');
    await cache.get('j', reading(view({ status: 'running' })));
    finish(view({ status: 'failed', phase: 'ended' }));
    await before;
    expect((await cache.get('j', reading(view({ status: 'running' })))).snapshot.status).toBe('running');
  });

  it('does not go back when less is known than before', async () => {
    const live = {
      attempt: 2,
      attemptStartedAt: null,
      bytes: 70,
      bytesHighWater: 70,
      filesHighWater: 3,
      retry: null,
      cancelling: false,
    };
    await cache.get('j', reading(view({ phase: 'building', preparedFiles: 2, bytesTotal: 100 }, { live })));
    now += 2_000;
    const stale = await cache.get('j', reading(view({ phase: 'preparing' }, { stale: true })));
    expect(stale.stale).toBe(true);
    expect(stale.snapshot).toMatchObject({
      phase: 'building',
      preparedFiles: 2,
      bytesTotal: 100,
      bytesHighWater: 70,
      filesHighWater: 3,
      attempts: 2,
    });
  });

  it('keeps how far a job was when it fails or is cancelled, which its workflow does not know', async () => {
    const building = {
      phase: 'building',
      status: 'running',
      preparedFiles: 2,
      bytesHighWater: 70,
      attempts: 3,
    } as const;
    await cache.get('j', reading(view(building)));
    now += 2_000;
    const ended = await cache.get(
      'j',
      reading(view({ phase: 'ended', status: 'cancelled', preparedFiles: 2 })),
    );
    expect(ended.snapshot).toMatchObject({
      status: 'cancelled',
      phase: 'ended',
      bytesHighWater: 70,
      attempts: 3,
    });
  });

  it('shows a failed job that an operator let run again as it is', async () => {
    await cache.get('j', reading(view({ status: 'failed', phase: 'ended', bytesHighWater: 70 })));
    now += 2_000;
    const again = await cache.get(
      'j',
      reading(view({ status: 'running', phase: 'preparing' }, { runId: 'another' })),
    );
    expect(again.snapshot).toMatchObject({ status: 'running', phase: 'preparing', bytesHighWater: 0 });
  });

  it('forgets what it knew when the job was started anew', async () => {
    await cache.get('j', reading(view({ phase: 'building', bytesHighWater: 70 })));
    now += 2_000;
    const again = await cache.get('j', reading(view({}, { runId: 'another' })));
    expect(again.snapshot).toMatchObject({ phase: 'queued', bytesHighWater: 0 });
  });
});
