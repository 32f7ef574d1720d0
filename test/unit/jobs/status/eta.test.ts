import { describe, expect, it } from '@jest/globals';
import { queuedSnapshot } from '../../../../src/contract/queued-snapshot.js';
import type { JobSnapshot } from '../../../../src/contract/snapshot.js';
import type { LiveProgress } from '../../../../src/jobs/jobs.js';
import { etaOf, etaOfNewJob } from '../../../../src/jobs/status/eta.js';
import { costOf } from '../../../../src/jobs/status/transfer-rate.js';
import { aJob } from '../../../support/jobs.js';

const NOW = Date.parse('2026-03-01T12:00:00Z');
const GIB = 1024 ** 3;
const MIB = 1024 ** 2;

/** Cost per millisecond. */
const MIB_PER_SECOND = MIB / 1_000;

const HALF_DONE = { files: 1, bytes: GIB / 2 };

const at = (ms: number) => new Date(NOW + ms).toISOString();

interface Case extends Partial<JobSnapshot> {
  files?: number;
  live?: Partial<LiveProgress> | null;
  rate?: number;
}

/** The ETA of a job of two files and 1 GiB whose sizes are known. */
function eta({ files = 2, live = null, rate, ...changes }: Case): number | null {
  const job = aJob({ files: Array.from({ length: files }, (_, i) => 70_000 + i) });
  const known = { preparedFiles: files, bytesTotal: GIB, status: 'running' as const };
  const snapshot: JobSnapshot = { ...queuedSnapshot(job), ...known, ...changes };
  const running: LiveProgress = {
    attempt: 1,
    attemptStartedAt: NOW - 3_600_000,
    attemptMs: null,
    bytes: 0,
    files: 0,
    bytesHighWater: 0,
    filesHighWater: 0,
    retry: null,
    cancelling: false,
  };
  return etaOf(
    {
      jobId: 'j',
      runId: 'r',
      snapshot,
      live: live && { ...running, ...live },
      stale: false,
      ...(rate === undefined ? {} : { recentRate: rate }),
    },
    NOW,
  );
}

const building = (live: Partial<LiveProgress> | null, more: Case = {}) =>
  eta({ phase: 'building', live, ...more });

describe('etaOf', () => {
  it.each(['queued', 'preparing', 'waiting', 'ended'] as const)('is unknown in phase %s', (phase) => {
    expect(eta({ phase, rate: MIB_PER_SECOND })).toBeNull();
  });

  describe('while the job builds', () => {
    it('comes from the rate of the attempt', () => {
      expect(building({ ...HALF_DONE, attemptMs: 30_000 })).toBe(30);
    });

    it('prefers the rate of the attempt to that of others', () => {
      expect(building({ ...HALF_DONE, attemptMs: 30_000 }, { rate: MIB_PER_SECOND })).toBe(30);
    });

    it('uses the rate of others in the first second', () => {
      const first = { bytes: 10 * MIB, attemptMs: 100 };
      expect(building(first, { rate: MIB_PER_SECOND })).toBe(1_025);
      expect(building(first)).toBeNull();
      expect(building({ attemptMs: null }, { rate: MIB_PER_SECOND })).toBe(1_025);
    });

    it('grows while the build stalls', () => {
      expect(building({ ...HALF_DONE, attemptMs: 10_000 })).toBe(10);
      expect(building({ ...HALF_DONE, attemptMs: 600_000 })).toBe(600);
    });

    it('is unknown while no byte arrives', () => {
      expect(building({ attemptMs: 30_000 }, { rate: MIB_PER_SECOND })).toBeNull();
    });

    it('is unknown while the build waits for a worker', () => {
      expect(building({ attemptStartedAt: null }, { rate: MIB_PER_SECOND })).toBeNull();
      expect(building(null, { rate: MIB_PER_SECOND })).toBeNull();
    });

    it('counts the pause before a retry, and all bytes again', () => {
      const retry = { at: NOW + 25_000, reason: 'The object store is not reachable.' };
      const failed = { attempt: 2, bytes: GIB / 2, attemptMs: 10_000, bytesHighWater: GIB / 2, retry };
      const unstarted = { attempt: 2, attemptStartedAt: null, retry };
      expect(building(failed, { rate: MIB_PER_SECOND })).toBe(25 + 1_025);
      expect(building(unstarted, { rate: MIB_PER_SECOND })).toBe(25 + 1_025);
      expect(building(failed)).toBeNull();
    });

    it('is unknown when a retry is due but no worker starts', () => {
      const retry = { at: NOW - 1, reason: 'The object store is not reachable.' };
      expect(building({ attempt: 2, retry }, { rate: MIB_PER_SECOND })).toBeNull();
    });

    it('is unknown while the job is being cancelled', () => {
      expect(building({ bytes: GIB / 4, attemptMs: 10_000, cancelling: true })).toBeNull();
    });

    it('follows the number of files when they are tiny', () => {
      const tiny = { files: 10_000, bytesTotal: 20 * MIB };
      expect(building({ files: 1_000, bytes: 18 * MIB, attemptMs: 10_000 }, tiny)).toBeGreaterThan(80);
      expect(building({ files: 5_000, bytes: 10 * MIB, attemptMs: 10_000 }, tiny)).toBe(10);
    });

    it('follows the bytes when one file is large', () => {
      expect(building({ files: 0, bytes: GIB - MIB, attemptMs: 60_000 }, { files: 100 })).toBeLessThan(5);
    });

    it('counts empty files', () => {
      expect(building({ files: 1, bytes: 0, attemptMs: 2_000 }, { bytesTotal: 0 })).toBe(2);
    });

    it('does not count skipped files', () => {
      const skipping = { files: 10_000, skippedFiles: 9_999 };
      expect(building({ bytes: GIB / 2, attemptMs: 10_000 }, skipping)).toBeLessThan(12);
    });
  });

  describe('while the job is delayed', () => {
    const delayed = { phase: 'delaying', delayedUntil: at(42_000) } as const;

    it('counts the rest of the delay', () => {
      expect(eta({ ...delayed, rate: MIB_PER_SECOND })).toBe(42 + 1_025);
    });

    it('is unknown before the sizes or a rate are known', () => {
      expect(eta({ ...delayed, preparedFiles: 0, bytesTotal: null, rate: MIB_PER_SECOND })).toBeNull();
      expect(eta(delayed)).toBeNull();
      expect(eta({ phase: 'delaying', rate: MIB_PER_SECOND })).toBeNull();
    });
  });

  it('is a second for a publish, unless it takes long', () => {
    expect(eta({ phase: 'publishing' })).toBe(1);
    expect(eta({ phase: 'publishing', live: { attemptMs: 1_000 } })).toBe(1);
    expect(eta({ phase: 'publishing', live: { attemptMs: 10_000 } })).toBeNull();
    expect(eta({ phase: 'publishing', live: { attempt: 2 } })).toBeNull();
  });
});

describe('etaOfNewJob', () => {
  const { policy } = aJob();
  const delayed = { ...policy, delay: { minMs: 10_000, maxMs: 42_000 } };

  it('is unknown without a rate, and without files', () => {
    expect(etaOfNewJob(delayed, 2, GIB, null)).toBeNull();
    expect(etaOfNewJob(delayed, 0, 0, MIB_PER_SECOND)).toBeNull();
  });

  it('follows from bytes and files at the recent rate', () => {
    expect(etaOfNewJob(policy, 2, GIB, MIB_PER_SECOND)).toBe(1_025);
    expect(etaOfNewJob(policy, 10_000, 0, MIB_PER_SECOND)).toBe(Math.ceil(costOf(10_000, 0) / MIB));
  });

  it('adds the longest delay', () => {
    expect(etaOfNewJob(delayed, 2, GIB, MIB_PER_SECOND)).toBe(42 + 1_025);
  });
});
