import { beforeEach, describe, expect, it } from '@jest/globals';
import type { JobView } from '../../../src/api/downloads.js';
import { StatusCache } from '../../../src/api/status-cache.js';
import { queuedSnapshot } from '../../../src/contract/queued-snapshot.js';
import type { JobSnapshot } from '../../../src/contract/types.js';
import { aJob } from '../../support/jobs.js';

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
    return { jobId: 'j', snapshot, live: null, stale: false, ...more };
  }

  const reading = (result: JobView) => async () => {
    reads++;
    return result;
  };

  it('reads once however many ask at the same time', async () => {
    await Promise.all(Array.from({ length: 50 }, () => cache.get('j', reading(view()))));
    expect(reads).toBe(1);
  });

  it('serves a running job again for a second', async () => {
    await cache.get('j', reading(view()));
    now += 999;
    await cache.get('j', reading(view()));
    expect(reads).toBe(1);
    now += 2;
    await cache.get('j', reading(view()));
    expect(reads).toBe(2);
  });

  it('looks more often at a job that was just started', async () => {
    now = CREATED + 200;
    await cache.get('j', reading(view()));
    now += 101;
    await cache.get('j', reading(view()));
    expect(reads).toBe(2);
  });

  it('never reads a completed job again', async () => {
    await cache.get('j', reading(view({ status: 'completed', phase: 'ended' })));
    now += 1e9;
    await cache.get('j', reading(view()));
    expect(reads).toBe(1);
  });

  it('reads a failed job again, for it may have been started anew', async () => {
    await cache.get('j', reading(view({ status: 'failed', phase: 'ended' })));
    now += 1_001;
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

  it('reads again after something was done to the job', async () => {
    await cache.get('j', reading(view()));
    cache.expire('j');
    await cache.get('j', reading(view()));
    expect(reads).toBe(2);
  });

  it('does not go back when no worker answers any more', async () => {
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

  it('forgets what it knew when the job was started anew', async () => {
    await cache.get('j', reading(view({ phase: 'building', bytesHighWater: 70 })));
    now += 2_000;
    const again = await cache.get('j', reading(view({ createdAt: new Date(CREATED + 1_000).toISOString() })));
    expect(again.snapshot).toMatchObject({ phase: 'queued', bytesHighWater: 0 });
  });
});
