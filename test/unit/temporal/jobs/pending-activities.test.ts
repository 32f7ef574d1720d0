import { describe, expect, it } from '@jest/globals';
import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter, defineSearchAttributeKey, TypedSearchAttributes } from '@temporalio/common';
import {
  describedSnapshot,
  isBetweenSteps,
  liveProgress,
} from '../../../../src/temporal/jobs/pending-activities.js';
import { MEMO, SEARCH_ATTRIBUTES } from '../../../../src/contract/names.js';
import { queuedSnapshot } from '../../../../src/contract/queued-snapshot.js';
import type { JobPhase, JobStatus } from '../../../../src/contract/snapshot.js';
import { aJob } from '../../../support/jobs.js';

const STATUS = defineSearchAttributeKey(SEARCH_ATTRIBUTES.status, 'KEYWORD');

/** A running workflow of so many files in this phase, with these activities pending. */
function described(
  files: number,
  phase: JobPhase,
  pending: string[],
  status: JobStatus = 'running',
): WorkflowExecutionDescription {
  const job = aJob({ files: Array.from({ length: files }, (_, i) => 70_000 + i) });
  return {
    status: { name: 'RUNNING' },
    memo: { [MEMO.snapshot]: { ...queuedSnapshot(job), status, phase } },
    typedSearchAttributes: new TypedSearchAttributes([{ key: STATUS, value: 'running' }]),
    raw: { pendingActivities: pending.map((name) => ({ activityType: { name } })) },
  } as unknown as WorkflowExecutionDescription;
}

const pendingLookUps = (count: number) => Array<string>(count).fill('prepareFiles');

describe('describedSnapshot', () => {
  it('counts files without a pending activity', () => {
    expect(describedSnapshot(described(8, 'preparing', pendingLookUps(5)))).toMatchObject({
      preparedFiles: 3,
      message: 'Looking up 3 of 8 files',
    });
  });

  it('counts whole chunks of a large job', () => {
    expect(describedSnapshot(described(1_050, 'preparing', pendingLookUps(96)))?.preparedFiles).toBe(0);
    expect(describedSnapshot(described(1_050, 'preparing', pendingLookUps(50)))?.preparedFiles).toBe(500);
    expect(describedSnapshot(described(1_050, 'preparing', []))?.preparedFiles).toBe(1_050);
  });

  it('knows a granted slot that the memo lacks', () => {
    expect(describedSnapshot(described(8, 'preparing', [], 'queued'))?.status).toBe('running');
  });

  it('counts nothing in another phase', () => {
    expect(describedSnapshot(described(8, 'queued', []))?.preparedFiles).toBe(0);
  });
});

describe('liveProgress', () => {
  const failing = (state: number) =>
    ({
      raw: {
        pendingActivities: [
          {
            activityType: { name: 'buildArchive' },
            attempt: 2,
            state,
            lastFailure: { applicationFailureInfo: { type: 'STORAGE_UNAVAILABLE' } },
          },
        ],
      },
    }) as unknown as WorkflowExecutionDescription;

  it('explains a failure only while waiting to retry', () => {
    const [waiting, started] = [1, 2];
    expect(liveProgress(failing(waiting))).toMatchObject({
      attempt: 2,
      retry: { reason: 'The object store is not reachable.' },
    });
    expect(liveProgress(failing(started))).toMatchObject({ attempt: 2, retry: null });
  });
});

describe('liveProgress of a second attempt', () => {
  const started = { seconds: 1_000, nanos: 500_000_000 };
  const progress = { bytes: 70, files: 3, bytesHighWater: 90, filesHighWater: 4 };
  const live = (lastHeartbeatTime: object | undefined) =>
    liveProgress({
      raw: {
        pendingActivities: [
          {
            activityType: { name: 'buildArchive' },
            attempt: 2,
            state: 2,
            lastStartedTime: started,
            lastHeartbeatTime,
            heartbeatDetails: { payloads: [defaultPayloadConverter.toPayload(progress)] },
          },
        ],
      },
    } as unknown as WorkflowExecutionDescription);

  it('counts nothing of the attempt before', () => {
    for (const earlier of [undefined, { seconds: 990 }, started]) {
      expect(live(earlier)).toMatchObject({ attemptMs: null, bytes: 0, files: 0, bytesHighWater: 90 });
    }
  });

  it('reads what its own heartbeat reports', () => {
    expect(live({ seconds: 1_003 })).toMatchObject({ attemptMs: 2_500, bytes: 70, files: 3 });
  });
});

describe('liveProgress of segments', () => {
  const [buildStartedAt, segments] = [
    '1970-01-01T00:16:40.000Z',
    { built: [0, 1], bytes: 200, files: 2, handedOver: { 4: { bytes: 30, files: 0 } } },
  ];
  const running = (segment: number, bytesHighWater: number, state = 2) => ({
    activityType: { name: 'buildSegment' },
    attempt: segment === 3 ? 3 : 1,
    state,
    lastStartedTime: { seconds: 1_001 },
    lastHeartbeatTime: { seconds: 1_005 },
    heartbeatDetails: {
      payloads: [defaultPayloadConverter.toPayload({ segment, bytesHighWater, filesHighWater: 1 })],
    },
    lastFailure: { applicationFailureInfo: { type: 'STORAGE_UNAVAILABLE' } },
  });
  const live = (...pendingActivities: object[]) => {
    const snapshot = { ...queuedSnapshot(aJob()), phase: 'building' as const, buildStartedAt, segments };
    return liveProgress({ raw: { pendingActivities } } as unknown as WorkflowExecutionDescription, snapshot);
  };

  it('adds up segments that are built, run, or were handed over', () => {
    expect(live(running(2, 50), running(3, 60))).toMatchObject({
      bytes: 340,
      bytesHighWater: 340,
      filesHighWater: 4,
      attempt: 3,
      attemptMs: 5_000,
      retry: null,
    });
  });

  it('ignores heartbeats of segments that are built', () => {
    expect(live(running(1, 90))).toMatchObject({ bytesHighWater: 230 });
  });

  it('prefers the heartbeat of a segment that was handed over', () => {
    expect(live(running(4, 70))).toMatchObject({ bytesHighWater: 270 });
  });

  it('explains a failure when no segment runs', () => {
    expect(live(running(2, 50, 1), running(3, 60, 1))?.retry).toMatchObject({
      reason: 'The object store is not reachable.',
    });
  });

  it('keeps the sum while the archive is finished', () => {
    const finishing = { activityType: { name: 'finishArchive' }, attempt: 1, state: 2 };
    expect(live(finishing)).toMatchObject({ bytesHighWater: 230, attemptMs: null });
  });
});

describe('isBetweenSteps', () => {
  it.each([
    ['building', [], true],
    ['building', ['buildArchive'], false],
    ['preparing', [], false],
    ['publishing', [], false],
  ] as const)('decides for phase %s and pending %j', (phase, pending, expected) => {
    const description = described(2, phase, [...pending]);
    expect(isBetweenSteps(description, describedSnapshot(description)!)).toBe(expected);
  });
});
