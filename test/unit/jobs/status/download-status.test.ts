import { describe, expect, it } from '@jest/globals';
import { downloadStatus, firstPollInMs, nextPollInMs } from '../../../../src/jobs/status/download-status.js';
import type { JobView, LiveProgress } from '../../../../src/jobs/jobs.js';
import { queuedSnapshot } from '../../../../src/contract/queued-snapshot.js';
import type { ArchiveInfo, JobSnapshot } from '../../../../src/contract/snapshot.js';
import { type JobEvent, reduce } from '../../../../src/workflows/download/progress.js';
import { aChunk, aJob, aMissingFile, aPreparedFile } from '../../../support/jobs.js';

const CREATED = Date.parse('2026-03-01T12:00:00Z');
const ARCHIVE: ArchiveInfo = {
  name: 'photos.zip',
  size: 900,
  contentType: 'application/zip',
  checksum: 'sha256:0',
  files: 2,
  skipped: 0,
};

/** A job to which this has happened. */
function after(...events: JobEvent[]): JobSnapshot {
  const job = aJob({ createdAt: new Date(CREATED).toISOString(), onFileError: 'skip' });
  return events.reduce(reduce, queuedSnapshot(job));
}

const PREPARED: JobEvent[] = [
  { type: 'started', at: CREATED + 10 },
  { type: 'preparing' },
  { type: 'chunkPrepared', chunk: aChunk([aPreparedFile(0)]), skipped: 0 },
  { type: 'chunkPrepared', chunk: aChunk([aPreparedFile(1, { size: 300 })]), skipped: 0 },
];
const BUILDING: JobEvent[] = [...PREPARED, { type: 'building', at: CREATED + 20 }];
const PUBLISHING: JobEvent = { type: 'publishing', bytes: 400, files: 2, skipped: 0, attempt: 1 };
const COMPLETED: JobEvent = { type: 'completed', at: CREATED + 5_000, archive: ARCHIVE, archiveKey: 'k' };

function live(changes: Partial<LiveProgress> = {}): LiveProgress {
  return {
    attempt: 1,
    attemptStartedAt: null,
    attemptMs: null,
    bytes: 0,
    files: 0,
    bytesHighWater: 0,
    filesHighWater: 0,
    retry: null,
    cancelling: false,
    ...changes,
  };
}

function status(snapshot: JobSnapshot, changes: Partial<JobView> = {}, now = CREATED + 10_000) {
  return downloadStatus({ jobId: 'j', runId: 'r', snapshot, live: null, stale: false, ...changes }, now, 0.5);
}

describe('downloadStatus', () => {
  it('is queued at 0% before the first worker', () => {
    expect(status(after())).toMatchObject({
      status: 'queued',
      progress: 0,
      filesProcessed: 0,
      totalFiles: 2,
      bytesTotal: null,
      startedAt: null,
      error: null,
      archive: null,
    });
  });

  it('names archive, format and labels from the start', () => {
    const job = aJob({
      labels: { Album: '2026' },
      archive: { format: 'tar', compression: 'auto', name: 'a.tar' },
    });
    expect(status(queuedSnapshot(job))).toMatchObject({
      archiveName: 'a.tar',
      format: 'tar',
      labels: { Album: '2026' },
    });
  });

  it('answers for jobs of earlier versions', () => {
    const { archiveName: _name, format: _format, labels: _labels, ...old } = after(...BUILDING);
    expect(status(old)).toMatchObject({ archiveName: null, format: null, labels: {} });
    const error = { code: 'FILE_NOT_FOUND', message: 'Gone.', retryAfterMs: null, supportId: 'r' } as const;
    expect(status({ ...old, error }).error).toEqual({ ...error, fileIds: [] });
    const completed = reduce({ ...old, phase: 'publishing' }, COMPLETED);
    expect(status(completed)).toMatchObject({ archiveName: 'photos.zip', format: null });
  });

  it('rises through every phase to 100 when completed', () => {
    const half = live({ bytes: 200, bytesHighWater: 200 });
    const all = live({ bytes: 400, bytesHighWater: 400 });
    const progress = [
      status(after()),
      status(after(...PREPARED.slice(0, 3))),
      status(after(...BUILDING)),
      status(after(...BUILDING), { live: half }),
      status(after(...BUILDING), { live: all }),
      status(after(...BUILDING, PUBLISHING)),
      status(after(...BUILDING, PUBLISHING, COMPLETED)),
    ].map((s) => s.progress);
    expect(progress).toEqual([0, 2, 5, 50, 95, 95, 100]);
  });

  it('knows all bytes after the look-up', () => {
    expect(status(after(...PREPARED.slice(0, 3))).bytesTotal).toBeNull();
    expect(status(after(...BUILDING)).bytesTotal).toBe(400);
  });

  it('does not go back when the build restarts', () => {
    const again = live({ attempt: 2, bytes: 10, bytesHighWater: 300, filesHighWater: 1 });
    expect(status(after(...BUILDING), { live: again })).toMatchObject({
      bytesProcessed: 300,
      filesProcessed: 1,
      attempts: 2,
      message: 'Fetching 1 of 2 files',
    });
  });

  it('explains the retry of a step', () => {
    const retry = { at: CREATED, reason: 'The object store is not reachable.' };
    expect(status(after(...BUILDING), { live: live({ attempt: 2, retry }) }).message).toBe(
      'The object store is not reachable. Trying again (attempt 2).',
    );
  });

  it('counts empty files by number', () => {
    const empty = [0, 1].map((i): JobEvent => ({
      type: 'chunkPrepared',
      chunk: aChunk([aPreparedFile(i, { size: 0 })]),
      skipped: 0,
    }));
    const snapshot = after(...PREPARED.slice(0, 2), ...empty, { type: 'building', at: CREATED + 20 });
    expect(status(snapshot, { live: live({ filesHighWater: 1 }) }).progress).toBe(50);
  });

  it('names the archive and ends polling when completed', () => {
    expect(status(after(...BUILDING, PUBLISHING, COMPLETED))).toMatchObject({
      status: 'completed',
      message: 'Ready: 2 files',
      archive: ARCHIVE,
      filesProcessed: 2,
      nextPollInMs: null,
      etaSeconds: null,
      expiresAt: '2026-03-02T12:00:05.000Z',
    });
  });

  it('expires after its TTL', () => {
    const snapshot = after(...BUILDING, PUBLISHING, COMPLETED);
    const expiry = Date.parse('2026-03-02T12:00:05.000Z');
    expect(status(snapshot, {}, expiry - 1).status).toBe('completed');
    expect(status(snapshot, {}, expiry)).toMatchObject({ status: 'expired', nextPollInMs: null });
  });

  it('keeps the progress of a failed job', () => {
    const error = {
      code: 'FILE_CHANGED',
      message: 'File 70000 changed.',
      retryAfterMs: 5_000,
      supportId: 's',
    } as const;
    const failed = after(...BUILDING, { type: 'failed', at: CREATED + 1, error, attempts: 1, reached: null });
    expect(status(failed)).toMatchObject({
      status: 'failed',
      error,
      message: 'File 70000 changed.',
      nextPollInMs: null,
    });
    expect(status(failed).progress).toBeLessThan(100);
  });

  it('does not go back when the look-up fails', () => {
    const cancelled = after(...PREPARED.slice(0, 2), { type: 'cancelled', at: CREATED + 1, reached: null });
    expect(status(cancelled).progress).toBe(5);
    expect(status(after({ type: 'cancelled', at: CREATED + 1, reached: null })).progress).toBe(0);
  });

  it('shows the last progress on every server', () => {
    const reached = {
      bytes: 10,
      files: 0,
      currentFile: null,
      bytesHighWater: 200,
      filesHighWater: 1,
      attempts: 1,
    };
    const cancelled = after(...BUILDING, { type: 'cancelled', at: CREATED + 1, reached });
    expect(status(cancelled)).toMatchObject({ progress: 50, bytesProcessed: 200, filesProcessed: 1 });
  });

  it('counts skipped files', () => {
    const skipped = after(...PREPARED.slice(0, 2), {
      type: 'chunkPrepared',
      chunk: aChunk([], [aMissingFile(0)]),
      skipped: 1,
    });
    expect(status(skipped).filesSkipped).toBe(1);
  });

  it("marks a status without a worker's answer", () => {
    expect(status(after(...BUILDING), { stale: true }).stale).toBe(true);
    expect(status(after(...BUILDING))).not.toHaveProperty('stale');
  });
});

describe('nextPollInMs', () => {
  it('is 4 to 8 s for long jobs', () => {
    expect(nextPollInMs(3_600_000, 500, 0)).toBe(4_000);
    expect(nextPollInMs(3_600_000, 500, 1)).toBe(8_000);
  });

  it('is shorter when the job is nearly done', () => {
    expect(nextPollInMs(4_000, 500, 0)).toBe(1_000);
    expect(nextPollInMs(1_000, 500, 0)).toBe(500);
    expect(nextPollInMs(1_000, 500, 1)).toBe(600);
  });

  it('grows with the age of a job of unknown end', () => {
    const pollAfter = (ageMs: number) => status(after(), {}, CREATED + ageMs).nextPollInMs;
    expect([0, 1_000, 4_000, 60_000].map(pollAfter)).toEqual([550, 550, 1_500, 6_000]);
  });

  it('stays short for a young job with a long ETA', () => {
    const recentRate = 1;
    const started = live({ attemptStartedAt: CREATED });
    const pollAfter = (ageMs: number) =>
      status(after(...BUILDING), { live: started, recentRate }, CREATED + ageMs).nextPollInMs;
    expect([100, 1_000, 60_000].map(pollAfter)).toEqual([550, 1_500, 6_000]);
  });

  it('is as short as the floor at the start', () => {
    expect(firstPollInMs(0)).toBe(500);
    expect(firstPollInMs(1)).toBe(600);
  });

  it('never falls below the floor', () => {
    expect(nextPollInMs(4_000, 9_000, 0)).toBe(9_000);
    expect(nextPollInMs(4_000, 9_000, 1)).toBe(10_800);
  });
});
