import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { LonghaulError } from '../../../../src/contract/errors.js';
import { queuedSnapshot } from '../../../../src/contract/queued-snapshot.js';
import type { JobSnapshot } from '../../../../src/contract/snapshot.js';
import type { Accepted, Jobs, JobView, LiveProgress } from '../../../../src/jobs/jobs.js';
import { CachedJobs } from '../../../../src/jobs/status/cached-jobs.js';
import { aJob } from '../../../support/jobs.js';

const CREATED = Date.parse('2026-03-01T12:00:00Z');
const job = aJob({ jobId: 'j', createdAt: new Date(CREATED).toISOString() });

function view(changes: Partial<JobSnapshot> = {}, more: Partial<JobView> = {}): JobView {
  const snapshot = { ...queuedSnapshot(job), ...changes };
  return { jobId: 'j', runId: 'r', snapshot, live: null, stale: false, ...more };
}

/** Jobs whose next views a test decides. */
class ScriptedJobs implements Jobs {
  reads = 0;
  next: (jobId: string) => Promise<JobView> = async () => view();

  view = (jobId: string): Promise<JobView> => {
    this.reads++;
    return this.next(jobId);
  };
  start = async (): Promise<Accepted> => ({ createdAt: job.createdAt, replayed: false, runId: 'new' });
  cancel = async (): Promise<JobView> => view({ status: 'cancelled', phase: 'ended' });
  files = async (): Promise<[]> => [];
}

describe('CachedJobs', () => {
  let now: number;
  let source: ScriptedJobs;
  let jobs: CachedJobs;
  const clocks = { wall: () => now, steady: () => now };
  beforeEach(() => {
    now = CREATED + 60_000;
    source = new ScriptedJobs();
    jobs = new CachedJobs(source, undefined, undefined, undefined, clocks);
  });

  const see = (changes: Partial<JobSnapshot> = {}, more: Partial<JobView> = {}): Promise<JobView> => {
    source.next = async () => view(changes, more);
    return jobs.view('j');
  };
  const unavailable = async () => {
    throw new LonghaulError('TEMPORAL_UNAVAILABLE', 'The job service is not responding.');
  };
  const exhaustBudget = async () => {
    source.next = async (jobId) => view({}, { jobId });
    for (let i = 0; i < 250; i++) await jobs.view(`other-${i}`);
    source.reads = 0;
  };

  describe('view', () => {
    it('reads again while the wall clock stands', async () => {
      const wall = () => CREATED + 60_000;
      jobs = new CachedJobs(source, undefined, undefined, undefined, { ...clocks, wall });
      await see({ phase: 'preparing' });
      now += 1_001;
      expect((await see({ phase: 'building' })).snapshot.phase).toBe('building');
    });

    it('answers from the cache while overloaded', async () => {
      let isOverloaded = false;
      jobs = new CachedJobs(source, undefined, undefined, () => isOverloaded, clocks);
      await see({ status: 'running' });
      isOverloaded = true;
      now += 7_000;
      expect(await see({ status: 'completed' })).toMatchObject({
        stale: true,
        snapshot: { status: 'running' },
      });
      now += 2_000;
      expect(await see({ status: 'completed' })).toMatchObject({ snapshot: { status: 'completed' } });
    });

    it('reads once for concurrent requests', async () => {
      await Promise.all(Array.from({ length: 50 }, () => jobs.view('j')));
      expect(source.reads).toBe(1);
    });

    it('caches an old job for a second', async () => {
      await see();
      now += 1_000;
      await see();
      expect(source.reads).toBe(1);
      now += 1;
      await see();
      expect(source.reads).toBe(2);
    });

    it('caches a young job for 5% of its age', async () => {
      now = CREATED + 1_000;
      await see();
      now += 52;
      await see();
      expect(source.reads).toBe(1);
      now += 1;
      await see();
      expect(source.reads).toBe(2);
    });

    it('does not share a read that is too old', async () => {
      await see();
      now += 1_001;
      let finish!: (view: JobView) => void;
      source.next = () => new Promise((resolve) => (finish = resolve));
      const first = jobs.view('j');
      now += 1_001;
      const second = see({ bytesHighWater: 7 });
      finish(view({ bytesHighWater: 5 }));
      expect((await first).snapshot.bytesHighWater).toBe(5);
      expect((await second).snapshot.bytesHighWater).toBe(7);
    });

    it('serves the last view beyond the read budget', async () => {
      await see();
      now += 1_001;
      await exhaustBudget();
      await jobs.view('j');
      expect(source.reads).toBe(0);
    });

    it('reads unknown jobs beyond the read budget', async () => {
      await exhaustBudget();
      await jobs.view('j');
      expect(source.reads).toBe(1);
    });

    it('reads again after 8 s beyond the budget', async () => {
      await see();
      now += 8_000;
      await exhaustBudget();
      await jobs.view('j');
      expect(source.reads).toBe(1);
    });

    describe('during a slow read', () => {
      let finish!: (view: JobView) => void;
      beforeEach(async () => {
        jest.useFakeTimers();
        await see();
        source.next = () => new Promise((resolve) => (finish = resolve));
      });
      afterEach(() => {
        jest.useRealTimers();
      });

      it('serves the last view after 1.5 s', async () => {
        now += 1_001;
        const answer = jobs.view('j');
        await jest.advanceTimersByTimeAsync(1_500);
        expect(await answer).toMatchObject({ stale: true, snapshot: { status: 'queued' } });
        finish(view({ status: 'running' }));
        await jest.advanceTimersByTimeAsync(0);
        expect(await jobs.view('j')).toMatchObject({ stale: false, snapshot: { status: 'running' } });
      });

      it('serves the last view after 100 ms when busy', async () => {
        const slow = source.next;
        await exhaustBudget();
        now += 1_001;
        source.next = slow;
        const answer = jobs.view('j');
        await jest.advanceTimersByTimeAsync(100);
        expect(await answer).toMatchObject({ stale: true });
      });

      it('waits when the last view becomes too old', async () => {
        now += 7_900;
        const answer = jobs.view('j');
        now += 1_000;
        await jest.advanceTimersByTimeAsync(1_500);
        finish(view({ status: 'running' }));
        expect(await answer).toMatchObject({ stale: false, snapshot: { status: 'running' } });
      });
    });

    it('serves the last view for 8 s without Temporal', async () => {
      await see();
      source.next = unavailable;
      now += 7_999;
      expect(await jobs.view('j')).toMatchObject({ stale: true, snapshot: { status: 'queued' } });
      now += 1;
      await expect(jobs.view('j')).rejects.toThrow('not responding');
    });

    it('does not cache errors', async () => {
      source.next = () => Promise.reject(new Error('broken'));
      const results = await Promise.allSettled([jobs.view('j'), jobs.view('j')]);
      expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
      expect((await see()).snapshot.status).toBe('queued');
    });

    it('adds the rate of the builds it has seen', async () => {
      expect((await see()).recentRate).toBeNull();
      const live = { files: 1, bytes: 1e6, attemptMs: 1_000, retry: null } as LiveProgress;
      now += 2_000;
      expect((await see({ phase: 'building' }, { live })).recentRate).toBeGreaterThan(1_000);
      source.next = async (jobId) => view({}, { jobId, runId: 'another' });
      expect((await jobs.view('another')).recentRate).toBeGreaterThan(1_000);
    });

    it('never shows less than before', async () => {
      const live = {
        attempt: 2,
        attemptStartedAt: null,
        attemptMs: null,
        bytes: 70,
        files: 3,
        bytesHighWater: 70,
        filesHighWater: 3,
        retry: null,
        cancelling: false,
      };
      await see({ phase: 'building', preparedFiles: 2, bytesTotal: 100 }, { live });
      now += 2_000;
      const later = await see({ phase: 'preparing' }, { stale: true });
      expect(later.stale).toBe(true);
      expect(later.snapshot).toMatchObject({
        phase: 'building',
        preparedFiles: 2,
        bytesTotal: 100,
        bytesHighWater: 70,
        filesHighWater: 3,
        attempts: 2,
      });
    });

    it('keeps the progress of a cancelled job', async () => {
      await see({ phase: 'building', status: 'running', preparedFiles: 2, bytesHighWater: 70, attempts: 3 });
      now += 2_000;
      const ended = await see({ phase: 'ended', status: 'cancelled', preparedFiles: 2 });
      expect(ended.snapshot).toMatchObject({ status: 'cancelled', bytesHighWater: 70, attempts: 3 });
    });

    it('starts from zero at a new run', async () => {
      await see({ status: 'failed', phase: 'ended', bytesHighWater: 70 });
      now += 2_000;
      const again = await see({ status: 'running', phase: 'preparing' }, { runId: 'another' });
      expect(again.snapshot).toMatchObject({ status: 'running', phase: 'preparing', bytesHighWater: 0 });
    });

    it('counts the jobs that clients poll', async () => {
      await exhaustBudget();
      expect((await see()).polledJobs).toBe(251);
      now += 2_000;
      expect((await see({ status: 'failed', phase: 'ended' })).polledJobs).toBe(250);
    });
  });

  describe('start', () => {
    it('serves the new job while Temporal is away', async () => {
      source.next = unavailable;
      await jobs.start(job, Infinity);
      now += 1_001;
      expect(await jobs.view('j')).toMatchObject({
        stale: true,
        runId: 'new',
        snapshot: { status: 'queued' },
      });
    });

    it('replaces the view of the run before', async () => {
      await see({ status: 'failed', phase: 'ended' });
      await jobs.start(job, Infinity);
      expect((await jobs.view('j')).runId).toBe('new');
    });

    it('keeps the cached view at a replay', async () => {
      await see({ status: 'running' });
      source.start = async () => ({ createdAt: job.createdAt, replayed: true });
      await jobs.start(job, Infinity);
      expect((await jobs.view('j')).snapshot.status).toBe('running');
      expect(source.reads).toBe(1);
    });
  });

  describe('cancel', () => {
    it('shows the cancelled job at once', async () => {
      await see({ status: 'running' });
      await jobs.cancel('j');
      expect((await jobs.view('j')).snapshot.status).toBe('cancelled');
      expect(source.reads).toBe(1);
    });

    it('outlives a read that started before', async () => {
      let finish!: (view: JobView) => void;
      source.next = () => new Promise((resolve) => (finish = resolve));
      const before = jobs.view('j');
      now += 1;
      await jobs.cancel('j');
      finish(view({ status: 'running' }));
      expect((await before).snapshot.status).toBe('cancelled');
      expect((await jobs.view('j')).snapshot.status).toBe('cancelled');
    });
  });
});
