import { beforeEach, describe, expect, it } from '@jest/globals';
import { queuedSnapshot } from '../../../../src/contract/queued-snapshot.js';
import type { JobSnapshot } from '../../../../src/contract/snapshot.js';
import type { JobView, LiveProgress } from '../../../../src/jobs/jobs.js';
import { costOf, TransferRate } from '../../../../src/jobs/status/transfer-rate.js';
import { aJob } from '../../../support/jobs.js';

const CREATED = Date.parse('2026-03-01T12:00:00Z');
const MIB = 1024 * 1024;
const MINUTE = 60_000;

describe('TransferRate', () => {
  let now: number;
  let rate: TransferRate;
  let runs: number;
  beforeEach(() => {
    now = CREATED + MINUTE;
    rate = new TransferRate(() => now);
    runs = 0;
  });

  const view = (changes: Partial<JobSnapshot>, live: Partial<LiveProgress> | null = null): JobView => ({
    jobId: 'j',
    runId: String(runs++),
    snapshot: { ...queuedSnapshot(aJob()), ...changes },
    live: live as LiveProgress | null,
    stale: false,
  });
  const building = (live: Partial<LiveProgress>) =>
    view({ status: 'running', phase: 'building' }, { files: 0, retry: null, ...live });
  const completed = (ms: number, changes: Partial<JobSnapshot> = {}) =>
    view({
      status: 'completed',
      phase: 'ended',
      buildStartedAt: new Date(CREATED).toISOString(),
      completedAt: new Date(CREATED + ms).toISOString(),
      bytesHighWater: 100 * MIB,
      archive: { files: 1 } as JobSnapshot['archive'],
      ...changes,
    });

  it('is unknown before a build was observed', () => {
    rate.observe(view({}));
    rate.observe(view({ phase: 'building' }));
    expect(rate.recent).toBeNull();
  });

  it('learns from a running build', () => {
    rate.observe(building({ bytes: 100 * MIB, files: 2, attemptMs: 2_000 }));
    expect(rate.recent).toBe(costOf(2, 100 * MIB) / 2_000);
  });

  it('learns from the build of a completed job', () => {
    rate.observe(completed(4_000, { startedAt: new Date(CREATED - MINUTE).toISOString() }));
    expect(rate.recent).toBe(costOf(1, 100 * MIB) / 4_000);
  });

  it('replaces the observation of the same build', () => {
    const running = building({ bytes: 10 * MIB, attemptMs: 1_000 });
    rate.observe(running);
    rate.observe({ ...completed(4_000), runId: running.runId });
    expect(rate.recent).toBe(costOf(1, 100 * MIB) / 4_000);
  });

  it.each([
    ['of less than a second', () => building({ bytes: 5 * MIB, attemptMs: 100 })],
    ['before its first heartbeat', () => building({ bytes: 0, attemptMs: null })],
    ['without a byte', () => building({ bytes: 0, attemptMs: 5_000 })],
    ['that waits for a retry', () => building({ bytes: 5, attemptMs: 5_000, retry: { at: 1, reason: '' } })],
    ['that completed within a second', () => completed(900)],
    ['that needed a second attempt', () => completed(4_000, { attempts: 2 })],
  ])('learns nothing from a build %s', (_, observed) => {
    rate.observe(observed());
    expect(rate.recent).toBeNull();
  });

  it('forgets builds after ten minutes', () => {
    rate.observe(completed(4_000));
    rate.observe(building({ bytes: 100 * MIB, attemptMs: 1_000 }));
    now += 9.5 * MINUTE;
    expect(rate.recent).toBe(costOf(0, 100 * MIB) / 1_000);
    now += MINUTE;
    expect(rate.recent).toBeNull();
  });

  it('is the median, so that one stalled build matters little', () => {
    for (const attemptMs of [1_000, 1_100, 3_600_000]) rate.observe(building({ bytes: MIB, attemptMs }));
    expect(rate.recent).toBe(costOf(0, MIB) / 1_100);
  });
});
