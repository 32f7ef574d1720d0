import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApplicationFailure, Context } from '@temporalio/activity';
import { WorkflowFailedError } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import {
  type BuildArchiveInput,
  HANDED_OVER,
  type PrepareFilesInput,
} from '../../src/contract/activities.js';
import type { ErrorCode } from '../../src/contract/errors.js';
import { FILES_QUERY, MEMO, SEARCH_ATTRIBUTES, STATUS_QUERY } from '../../src/contract/names.js';
import type { BuildProgress, JobSnapshot } from '../../src/contract/snapshot.js';
import type { DownloadJob } from '../../src/contract/job.js';
import type { FileOutcome } from '../../src/contract/files.js';
import { FakeActivities, failWith, untilCancelled } from '../support/fake-activities.js';
import { aChunk, aJob, aMissingFile, aPreparedFile } from '../support/jobs.js';
import { describeWith } from '../support/require-server.js';
import { locateTemporalTestServer } from '../support/temporal-programs.js';
import { type JobHandle, TimeSkippingTemporal } from '../support/time-skipping.js';
import { waitFor } from '../support/wait-for.js';

const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describeWith(await locateTemporalTestServer(), 'downloadWorkflow', (serverPath) => {
  let temporal: TimeSkippingTemporal;
  beforeAll(async () => {
    temporal = await TimeSkippingTemporal.start(serverPath);
  });
  afterAll(() => temporal.stop());

  /** Runs a job to its end and returns its failure and final state. */
  async function ending(job: DownloadJob, activities: FakeActivities) {
    return temporal.run(job, activities, async (handle) => {
      const failure = await handle.result().then(
        () => undefined,
        (error: unknown) => (error as WorkflowFailedError).cause,
      );
      return { failure, snapshot: await handle.query<JobSnapshot>(STATUS_QUERY) };
    });
  }

  it('prepares, builds, publishes and completes with the archive', async () => {
    const activities = new FakeActivities();
    const job = aJob();
    await temporal.run(job, activities, async (handle) => {
      const archive = await handle.result();
      expect(archive).toMatchObject({
        name: 'photos.zip',
        files: 2,
        skipped: 0,
        contentType: 'application/zip',
      });
      const snapshot = await handle.query<JobSnapshot>(STATUS_QUERY);
      expect(snapshot).toMatchObject({
        status: 'completed',
        phase: 'ended',
        attempts: 1,
        archive,
        error: null,
      });
    });
    const names = activities.calls.map((call) => call.name);
    expect(names).toEqual(['prepareFiles', 'prepareFiles', 'buildArchive', 'publishArchive']);
  });

  it('writes its state to memo and search attribute', async () => {
    await temporal.run(aJob(), new FakeActivities(), async (handle) => {
      await handle.result();
      const description = await handle.describe();
      expect(description.memo?.[MEMO.snapshot]).toEqual(await handle.query(STATUS_QUERY));
      expect(description.searchAttributes[SEARCH_ATTRIBUTES.status]).toEqual(['completed']);
    });
  });

  it('prepares 100 files in one activity each', async () => {
    const activities = new FakeActivities();
    const files = Array.from({ length: 100 }, (_, i) => 70_000 + i);
    await temporal.run(aJob({ files }), activities, (handle) => handle.result());
    const inputs = activities.callsOf('prepareFiles').map((call) => call.input as PrepareFilesInput);
    expect(inputs).toHaveLength(100);
    expect(inputs.every((input) => input.inline && input.files.length === 1)).toBe(true);
  });

  it('prepares 250 files in at most 100 chunks', async () => {
    const activities = new FakeActivities();
    const files = Array.from({ length: 250 }, (_, i) => 70_000 + i);
    await temporal.run(aJob({ files }), activities, (handle) => handle.result());
    const inputs = activities.callsOf('prepareFiles').map((call) => call.input as PrepareFilesInput);
    expect(inputs.length).toBeLessThanOrEqual(100);
    expect(inputs.every((input) => !input.inline)).toBe(true);
    inputs.sort((a, b) => a.firstIndex - b.firstIndex);
    expect(inputs.flatMap((input) => input.files)).toEqual(files);
  });

  it.each(['prepareFiles', 'buildArchive', 'publishArchive'] as const)(
    'retries %s after 5 s, 25 s and 2 min',
    async (name) => {
      const at: number[] = [];
      const noteTime = async () => void at.push(await temporal.env.currentTimeMs());
      const down = () => noteTime().then(failWith('STORAGE_UNAVAILABLE'));
      const activities = new FakeActivities().script(name, down, down, down, noteTime);
      const { failure, snapshot } = await ending(aJob({ files: [70_000] }), activities);
      expect(failure).toBeUndefined();
      const delays = at.slice(1).map((time, i) => Math.round((time - at[i]!) / SECOND));
      expect(delays).toEqual([5, 25, 120]);
      expect(snapshot.status).toBe('completed');
      if (name !== 'publishArchive') expect(snapshot.attempts).toBe(4);
    },
  );

  it.each(['prepareFiles', 'buildArchive', 'publishArchive'] as const)(
    'records the attempts of a failed %s',
    async (name) => {
      const down = failWith('STORAGE_UNAVAILABLE');
      const permanent = failWith('FILE_NOT_FOUND', { nonRetryable: true });
      for (const [script, attempts] of [
        [[down, down, down, down], 4],
        [[down, permanent], 2],
      ] as const) {
        const activities = new FakeActivities().script(name, ...script);
        const { snapshot } = await ending(aJob({ files: [70_000] }), activities);
        expect(snapshot).toMatchObject({ status: 'failed', attempts });
      }
    },
  );

  it('fails with the error of the last attempt', async () => {
    const down = failWith('STORAGE_UNAVAILABLE', { message: 'The object store does not answer.' });
    const activities = new FakeActivities().script('buildArchive', down, down, down, down);
    const { failure, snapshot } = await ending(aJob(), activities);
    expect(failure).toMatchObject({
      type: 'STORAGE_UNAVAILABLE',
      message: 'The object store does not answer.',
    });
    expect(snapshot).toMatchObject({ status: 'failed', error: { code: 'STORAGE_UNAVAILABLE' } });
    expect(snapshot.error?.retryAfterMs).toBeGreaterThan(0);
    expect(activities.callsOf('buildArchive')).toHaveLength(4);
    expect(activities.callsOf('removeArtifacts')).toHaveLength(1);
  });

  it('does not retry a permanent error', async () => {
    const activities = new FakeActivities().script(
      'buildArchive',
      failWith('FILE_CHANGED', { nonRetryable: true }),
    );
    const { snapshot } = await ending(aJob(), activities);
    expect(snapshot.error?.code).toBe('FILE_CHANGED');
    expect(snapshot.error?.fileIds).toEqual([]);
    expect(activities.callsOf('buildArchive')).toHaveLength(1);
  });

  it('hides the message of an unknown error', async () => {
    const broken = async () => {
      throw ApplicationFailure.nonRetryable('password=hunter2 at 10.0.0.1');
    };
    const { failure, snapshot } = await ending(aJob(), new FakeActivities().script('buildArchive', broken));
    expect(snapshot.error?.code).toBe('INTERNAL_ERROR');
    expect(JSON.stringify([snapshot, failure?.message])).not.toContain('hunter2');
  });

  it('names every missing file and builds nothing', async () => {
    const activities = missing([0, 2]);
    const { snapshot } = await ending(aJob({ files: [70_000, 70_001, 70_002] }), activities);
    expect(snapshot.error).toMatchObject({ code: 'FILE_NOT_FOUND', retryAfterMs: null });
    expect(snapshot.error?.message).toBe('File 70000 does not exist. File 70002 does not exist.');
    expect(snapshot.error?.fileIds).toEqual([70_000, 70_002]);
    expect(activities.callsOf('buildArchive')).toHaveLength(0);
  });

  it('skips missing files if the job allows it', async () => {
    const activities = missing([1]);
    const { snapshot } = await ending(aJob({ onFileError: 'skip' }), activities);
    expect(snapshot).toMatchObject({
      status: 'completed',
      skippedFiles: 1,
      archive: { files: 1, skipped: 1 },
    });
    expect(snapshot.message).toBe('Ready: 1 file, 1 skipped');
  });

  it('fails if all files are missing', async () => {
    const { snapshot } = await ending(aJob({ onFileError: 'skip' }), missing([0, 1]));
    expect(snapshot.error?.code).toBe('NO_FILES_AVAILABLE');
  });

  describe('with files that their store or server fails to deliver', () => {
    const skipping = (count: number) => {
      const files = Array.from({ length: count }, (_, i) => 70_000 + i);
      return aJob({ files, onFileError: 'skip' });
    };
    const failing = (count: number) =>
      missing(
        Array.from({ length: count }, (_, i) => i),
        'SOURCE_UNAVAILABLE',
      );

    it.each([
      [1, 2],
      [10, 20],
    ])('skips %i of %i files', async (count, total) => {
      const { snapshot } = await ending(skipping(total), failing(count));
      expect(snapshot).toMatchObject({ status: 'completed', skippedFiles: count });
    });

    it.each([
      [1, 1],
      [2, 3],
      [11, 40],
    ])('fails instead of dropping %i of %i files', async (count, total) => {
      const activities = failing(count);
      const { snapshot } = await ending(skipping(total), activities);
      expect(snapshot).toMatchObject({ status: 'failed', error: { code: 'SOURCE_UNAVAILABLE' } });
      expect(snapshot.error?.message).toMatch(
        new RegExp(`^${count} of ${total} files could not be read, .* File 70000 `),
      );
      expect(snapshot.error?.retryAfterMs).toBeGreaterThan(0);
      expect(activities.callsOf('buildArchive')).toHaveLength(0);
    });
  });

  it('names size and limit if files are too large', async () => {
    const { snapshot } = await ending(aJob({ policy: { maxBytes: 150 } }), new FakeActivities());
    expect(snapshot.error?.code).toBe('JOB_TOO_LARGE');
    expect(snapshot.error?.message).toMatch(/200 bytes.*150/);
  });

  it('delays the work within the configured range', async () => {
    const activities = new FakeActivities();
    const job = aJob({ policy: { delay: { minMs: HOUR, maxMs: 2 * HOUR } } });
    const { snapshot } = await ending(job, activities);
    const delay = activities.calls[0]!.at - Date.parse(snapshot.startedAt!);
    expect(delay).toBeGreaterThanOrEqual(HOUR - SECOND);
    expect(delay).toBeLessThanOrEqual(2 * HOUR + MINUTE);
  });

  it.each([
    [
      'during its delay',
      aJob({ policy: { timeoutMs: 10 * MINUTE, delay: { minMs: HOUR, maxMs: HOUR } } }),
      undefined,
    ],
    ['during retries', aJob({ policy: { timeoutMs: 10 * MINUTE, maxAttempts: 99 } }), 'buildArchive'],
  ] as const)('times out %s and cleans up', async (_, job, failing) => {
    const activities = new FakeActivities();
    if (failing) activities.script(failing, ...Array(99).fill(failWith('STORAGE_UNAVAILABLE')));
    const { failure, snapshot } = await ending(job, activities);
    expect(failure).toMatchObject({ type: 'JOB_TIMEOUT' });
    expect(snapshot).toMatchObject({ status: 'failed', error: { code: 'JOB_TIMEOUT' } });
    expect(snapshot.error?.message).toContain('600 s');
    expect(activities.callsOf('removeArtifacts')).toHaveLength(1);
  });

  it.each([
    ['preparing', 'prepareFiles'],
    ['building', 'buildArchive'],
    ['publishing', 'publishArchive'],
  ] as const)('cleans up after it was cancelled while %s', async (phase, name) => {
    const activities = new FakeActivities().script(name, untilCancelled);
    const job = aJob({ files: [70_000] });
    await temporal.run(job, activities, async (handle) => {
      await untilPhase(handle, phase);
      await handle.cancel();
      await expectCancelled(handle);
    });
    expect(activities.calls.at(-1)?.name).toBe('removeArtifacts');
  });

  describe('final progress in the memo', () => {
    const progress: BuildProgress = {
      bytes: 50,
      files: 1,
      currentFile: null,
      bytesHighWater: 60,
      filesHighWater: 1,
      attempts: 1,
    };
    const reached = { bytesHighWater: 60, filesHighWater: 1 };

    it('survives a cancelled build', async () => {
      const activities = new FakeActivities().script('buildArchive', async () => {
        await untilCancelled().catch(() => {});
        throw new CancelledFailure('CANCELLED', [progress]);
      });
      await temporal.run(aJob(), activities, async (handle) => {
        await untilPhase(handle, 'building');
        await handle.cancel();
        await expectCancelled(handle);
        expect((await handle.describe()).memo?.[MEMO.snapshot]).toMatchObject(reached);
      });
    });

    it('survives a failed build', async () => {
      const details = [{ cause: null }, progress];
      const activities = new FakeActivities().script('buildArchive', async () => {
        throw ApplicationFailure.create({ type: 'FILE_CHANGED', nonRetryable: true, details });
      });
      expect((await ending(aJob(), activities)).snapshot).toMatchObject({ status: 'failed', ...reached });
    });

    it('survives a lost worker', async () => {
      const activities = new FakeActivities().script('buildArchive', async () => {
        Context.current().heartbeat(progress);
        await Context.current().cancelled;
      });
      const job = aJob({ policy: { maxAttempts: 1, heartbeatTimeoutMs: SECOND } });
      expect((await ending(job, activities)).snapshot).toMatchObject({
        error: { code: 'WORKER_LOST' },
        ...reached,
      });
    });

    it('is written at a hand-over', async () => {
      const activities = new FakeActivities().script(
        'buildArchive',
        async () => {
          throw ApplicationFailure.create({ type: HANDED_OVER, nonRetryable: true, details: [progress] });
        },
        untilCancelled,
      );
      await temporal.run(aJob(), activities, async (handle) => {
        await waitFor('the second build', () => activities.callsOf('buildArchive').length === 2);
        expect((await handle.describe()).memo?.[MEMO.snapshot]).toMatchObject(reached);
        await handle.cancel();
        await expectCancelled(handle);
      });
    });
  });

  it('closes as cancelled during its delay', async () => {
    const activities = new FakeActivities();
    const job = aJob({ policy: { delay: { minMs: HOUR, maxMs: HOUR } } });
    await temporal.run(job, activities, async (handle) => {
      await handle.cancel();
      await expectCancelled(handle);
    });
    expect(activities.callsOf('prepareFiles')).toHaveLength(0);
  });

  it('closes as cancelled before the first workflow task', async () => {
    const handle = await temporal.startJob(aJob());
    await handle.cancel();
    await temporal.serve(new FakeActivities(), () => expectCancelled(handle));
  });

  it('records its ending before the cleanup', async () => {
    const down = failWith('STORAGE_UNAVAILABLE');
    const activities = missing([0]).script('removeArtifacts', down, down, down);
    await temporal.run(aJob(), activities, async (handle) => {
      await untilPhase(handle, 'ended');
      expect((await handle.query<JobSnapshot>(STATUS_QUERY)).status).toBe('failed');
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
    });
    expect(activities.callsOf('removeArtifacts')).toHaveLength(4);
  });

  it('survives ten hand-overs without losing attempt or progress', async () => {
    const handOver = (n: number) => async () => {
      const progress: BuildProgress = {
        bytes: n,
        files: 0,
        currentFile: null,
        bytesHighWater: 100 + n,
        filesHighWater: 1,
        attempts: 1,
      };
      throw ApplicationFailure.create({ type: HANDED_OVER, nonRetryable: true, details: [progress] });
    };
    const activities = new FakeActivities().script(
      'buildArchive',
      ...Array.from({ length: 10 }, (_, n) => handOver(n)),
    );
    const { failure, snapshot } = await ending(aJob(), activities);
    expect(failure).toBeUndefined();
    expect(snapshot.attempts).toBe(1);
    const last = activities.callsOf('buildArchive').at(-1)!;
    expect(last.attempt).toBe(1);
    expect((last.input as BuildArchiveInput).handedOver?.bytesHighWater).toBe(109);
  });

  it('rebuilds an archive once that failed verification', async () => {
    const wrong = failWith('ARCHIVE_INCOMPLETE', { nonRetryable: true });
    const recovered = new FakeActivities().script('publishArchive', wrong);
    expect((await ending(aJob(), recovered)).snapshot.status).toBe('completed');
    expect(recovered.callsOf('buildArchive')).toHaveLength(2);
    const { snapshot } = await ending(aJob(), new FakeActivities().script('publishArchive', wrong, wrong));
    expect(snapshot.error?.code).toBe('ARCHIVE_INCOMPLETE');
  });

  it('cancels other files if one cannot be prepared', async () => {
    const activities = new FakeActivities().script(
      'prepareFiles',
      untilCancelled,
      failWith('INTERNAL_ERROR', { nonRetryable: true }),
    );
    const { snapshot } = await ending(aJob(), activities);
    expect(snapshot.error?.code).toBe('INTERNAL_ERROR');
    expect(activities.calls.at(-1)?.name).toBe('removeArtifacts');
  });

  it('shows the file that a build failed for', async () => {
    const changed = async () => {
      const details = [{ cause: null, attempt: 1, fileIds: [70_001] }];
      throw ApplicationFailure.create({
        type: 'FILE_CHANGED',
        nonRetryable: true,
        message: 'Changed.',
        details,
      });
    };
    const activities = new FakeActivities().script('buildArchive', changed);
    await temporal.run(aJob(), activities, async (handle) => {
      await handle.result().catch(() => undefined);
      const { error } = await handle.query<JobSnapshot>(STATUS_QUERY);
      expect(error?.fileIds).toEqual([70_001]);
      expect(await handle.query<FileOutcome[], [number, number]>(FILES_QUERY, 0, 2)).toMatchObject([
        { fileId: 70_000, state: 'prepared', error: null },
        { fileId: 70_001, state: 'failed', error: { code: 'FILE_CHANGED', message: 'Changed.' } },
      ]);
    });
  });

  it('returns file states page by page', async () => {
    const activities = missing([1]);
    const job = aJob({ files: [70_000, 70_001, 'report.pdf'], onFileError: 'skip' });
    await temporal.run(job, activities, async (handle) => {
      await handle.result();
      const page = await handle.query<FileOutcome[], [number, number]>(FILES_QUERY, 1, 2);
      expect(page).toMatchObject([
        { fileId: 70_001, state: 'skipped', error: { code: 'FILE_NOT_FOUND' } },
        { fileId: 'report.pdf', state: 'prepared', name: 'file-2.txt' },
      ]);
    });
  });
});

/** Returns activities that report the files at these positions as missing. */
function missing(indexes: number[], code?: ErrorCode): FakeActivities {
  const activities = new FakeActivities();
  const prepare = activities.prepareFiles;
  activities.prepareFiles = async (input) => {
    await prepare(input);
    const index = input.firstIndex;
    return indexes.includes(index) ? aChunk([], [aMissingFile(index, code)]) : aChunk([aPreparedFile(index)]);
  };
  return activities;
}

async function untilPhase(handle: JobHandle, phase: JobSnapshot['phase']): Promise<void> {
  while ((await handle.query<JobSnapshot>(STATUS_QUERY)).phase !== phase);
}

async function expectCancelled(handle: JobHandle): Promise<void> {
  const error = await handle.result().catch((caught: unknown) => caught);
  expect(error).toBeInstanceOf(WorkflowFailedError);
  expect((error as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
  expect(await handle.query(STATUS_QUERY)).toMatchObject({ status: 'cancelled', phase: 'ended' });
}
