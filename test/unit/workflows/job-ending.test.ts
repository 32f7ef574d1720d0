import { describe, expect, it } from '@jest/globals';
import { queuedSnapshot } from '../../../src/contract/queued-snapshot.js';
import { endingOf } from '../../../src/workflows/download/job-ending.js';
import { aJob } from '../../support/jobs.js';

const JOB = aJob();
const QUEUED = { ...queuedSnapshot(JOB), createdAt: '2026-01-01T00:00:00.000Z' };

describe('endingOf', () => {
  it('has none while the job goes on', () => {
    expect(endingOf(JOB, { ...QUEUED, status: 'running' })).toBeUndefined();
  });

  it('separates waiting from running', () => {
    const times = { startedAt: '2026-01-01T00:00:05.000Z', completedAt: '2026-01-01T00:00:07.000Z' };
    const ending = endingOf(JOB, { ...QUEUED, ...times, status: 'cancelled' });
    expect(ending).toMatchObject({ waitMs: 5_000, durationMs: 2_000 });
  });

  it('has no duration for a job that never started', () => {
    const ending = endingOf(JOB, {
      ...QUEUED,
      status: 'cancelled',
      completedAt: '2026-01-01T00:00:07.000Z',
    });
    expect(ending).toMatchObject({ waitMs: null, durationMs: null });
  });

  it('never goes back in time', () => {
    const ending = endingOf(JOB, {
      ...QUEUED,
      status: 'cancelled',
      startedAt: '2025-12-31T23:59:59.000Z',
      completedAt: '2026-01-01T00:00:00.000Z',
    });
    expect(ending).toMatchObject({ waitMs: 0, durationMs: 1_000 });
  });
});
