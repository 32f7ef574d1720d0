import { describe, expect, it } from '@jest/globals';
import type { JobView, LiveProgress } from '../../../../src/jobs/jobs.js';
import { mergeViews } from '../../../../src/jobs/status/merge-views.js';
import { queuedSnapshot } from '../../../../src/contract/queued-snapshot.js';
import type { JobSnapshot } from '../../../../src/contract/snapshot.js';
import { aJob } from '../../../support/jobs.js';

const QUEUED = queuedSnapshot(aJob());
const BUILDING = { status: 'running', phase: 'building', preparedFiles: 2, bytesTotal: 100 } as const;
const HALF_WAY: LiveProgress = {
  attempt: 2,
  attemptStartedAt: null,
  attemptMs: null,
  bytes: 50,
  files: 1,
  bytesHighWater: 70,
  filesHighWater: 1,
  retry: null,
  cancelling: false,
};

function view(changes: Partial<JobSnapshot> = {}, more: Partial<JobView> = {}): JobView {
  return {
    jobId: 'j',
    runId: 'first',
    snapshot: { ...QUEUED, ...changes },
    live: null,
    stale: false,
    ...more,
  };
}

describe('mergeViews', () => {
  it('keeps the progress of the same run', () => {
    const older = view(BUILDING, { live: HALF_WAY });
    const newer = mergeViews(older, view({ ...BUILDING, phase: 'preparing', preparedFiles: 1 }));
    expect(newer).toMatchObject({
      live: null,
      snapshot: { phase: 'building', preparedFiles: 2, bytesHighWater: 70, filesHighWater: 1, attempts: 2 },
    });
  });

  it('keeps a granted slot that the memo does not know', () => {
    const preparing = { phase: 'preparing', preparedFiles: 1 } as const;
    const granted = { status: 'running', startedAt: '2026-01-01T00:00:00.000Z', skippedFiles: 1 } as const;
    const older = view({ ...preparing, ...granted });
    const fromMemo = view({ ...preparing, status: 'queued', startedAt: null, skippedFiles: 0 });
    expect(mergeViews(older, fromMemo).snapshot).toMatchObject(granted);
    const fromIndex = view({ ...fromMemo.snapshot, status: 'running' });
    expect(mergeViews(older, fromIndex).snapshot).toMatchObject(granted);
  });

  it('keeps the queue position while it is unreadable', () => {
    const waiting = { phase: 'waiting' } as const;
    const older = view(waiting, { queuePosition: 3 });
    expect(mergeViews(older, view(waiting, { stale: true })).queuePosition).toBe(3);
    expect(mergeViews(older, view(BUILDING, { stale: true })).queuePosition).toBeNull();
    expect(mergeViews(older, view(waiting, { queuePosition: 2 })).queuePosition).toBe(2);
  });

  it('keeps the end of the same run', () => {
    const older = view({ ...BUILDING, status: 'failed', phase: 'ended' });
    expect(mergeViews(older, view(BUILDING)).snapshot).toMatchObject({ status: 'failed', phase: 'ended' });
  });

  it.each([
    ['builds', BUILDING],
    ['failed', { ...BUILDING, status: 'failed', phase: 'ended' }],
    ['has completed', { ...BUILDING, status: 'completed', phase: 'ended' }],
  ] as const)('forgets a run that %s after a reset', (_, before) => {
    const older = view(before, { live: HALF_WAY });
    for (const changes of [
      {},
      { status: 'running', phase: 'preparing' },
      { status: 'queued', phase: 'waiting' },
    ] as const) {
      const newer = view(changes, { runId: 'second', queuePosition: 2 });
      expect(mergeViews(older, newer)).toBe(newer);
    }
  });
});
