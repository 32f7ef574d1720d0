import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ApplicationFailure, CancelledFailure } from '@temporalio/activity';
import { HANDED_OVER } from '../../src/contract/activities.js';
import { STATUS_QUERY } from '../../src/contract/names.js';
import type { BuildSegmentInput, FinishArchiveInput, SegmentProgress } from '../../src/contract/segments.js';
import type { JobSnapshot } from '../../src/contract/snapshot.js';
import { FakeActivities, failWith, untilCancelled } from '../support/fake-activities.js';
import { aJob } from '../support/jobs.js';
import { describeWith } from '../support/require-server.js';
import { locateTemporalTestServer } from '../support/temporal-programs.js';
import { TimeSkippingTemporal } from '../support/time-skipping.js';
import { waitFor } from '../support/wait-for.js';

const MIB = 1024 * 1024;
const SEGMENT = 256 * MIB;

describeWith(await locateTemporalTestServer(), 'downloadWorkflow with segments', (serverPath) => {
  let temporal: TimeSkippingTemporal;
  beforeAll(async () => {
    temporal = await TimeSkippingTemporal.start(serverPath);
  });
  afterAll(() => temporal.stop());

  const large = (changes: Parameters<typeof aJob>[0] = {}) => aJob({ files: [70_000], ...changes });

  function fakes(): FakeActivities {
    const activities = new FakeActivities();
    activities.fileSize = 6 * SEGMENT;
    return activities;
  }

  async function ending(activities: FakeActivities, job = large()): Promise<JobSnapshot> {
    return temporal.run(job, activities, async (handle) => {
      await handle.result().catch(() => {});
      return handle.query<JobSnapshot>(STATUS_QUERY);
    });
  }

  const namesOf = (activities: FakeActivities) => activities.calls.map(({ name }) => name);
  const segmentsOf = (activities: FakeActivities) =>
    activities.callsOf('buildSegment').map(({ input }) => input as BuildSegmentInput);
  const numberOf = (activities: FakeActivities, index: number) =>
    segmentsOf(activities).filter(({ segment }) => segment.index === index).length;

  /**
   * One of four segments fails while the others run until they are cancelled. The test server, unlike a real one, rejects
   * the task of a workflow that cancels an activity which ends at that moment.
   */
  function failingSegment(fail: () => Promise<void>): FakeActivities {
    const activities = fakes();
    const failBesideOthers = async () => {
      await waitFor('the others', () => activities.building === 4);
      await fail();
    };
    return activities.script(
      'buildSegment',
      untilCancelled,
      untilCancelled,
      failBesideOthers,
      untilCancelled,
    );
  }

  it('plans, builds segments, finishes and publishes', async () => {
    const activities = fakes();
    const snapshot = await ending(activities);
    const segments = Array.from({ length: 6 }, () => 'buildSegment');
    expect(namesOf(activities)).toEqual([
      'prepareFiles',
      'planArchive',
      ...segments,
      'finishArchive',
      'publishArchive',
    ]);
    const { segments: results } = activities.callsOf('finishArchive')[0]!.input as FinishArchiveInput;
    expect(results.map(({ index }) => index)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(snapshot).toMatchObject({
      status: 'completed',
      attempts: 1,
      bytesHighWater: 6 * SEGMENT,
      archive: { checksum: 'crc32:00000000' },
    });
  });

  it.each([
    ['four segments', undefined, 4],
    ['as many segments as the plan says', 2, 2],
  ])('builds %s at once', async (what, parallelism, count) => {
    const activities = fakes();
    activities.segments = 9;
    activities.parallelism = parallelism;
    const allStarted = () => waitFor(what, () => activities.mostBuilding >= count);
    activities.script('buildSegment', ...Array.from({ length: count }, () => allStarted));
    await ending(activities);
    expect(activities.mostBuilding).toBe(count);
    expect(activities.callsOf('buildSegment')).toHaveLength(9);
  });

  it.each([
    ['small archives', { size: 100, job: {} }],
    ['tar', { size: 6 * SEGMENT, job: { archive: { format: 'tar', compression: 'store', name: 'a.tar' } } }],
  ] as const)('builds %s in one activity', async (_, { size, job }) => {
    const activities = fakes();
    activities.fileSize = size;
    await ending(activities, large(job));
    expect(namesOf(activities)).toEqual(['prepareFiles', 'buildArchive', 'publishArchive']);
  });

  it('streams the archive when the plan says so', async () => {
    const activities = fakes();
    activities.segments = 0;
    expect((await ending(activities)).status).toBe('completed');
    const names = ['prepareFiles', 'planArchive', 'buildArchive', 'publishArchive'];
    expect(namesOf(activities)).toEqual(names);
  });

  it('retries only the segment that failed', async () => {
    const activities = fakes().script('buildSegment', failWith('STORAGE_UNAVAILABLE'));
    const snapshot = await ending(activities);
    const counts = [0, 1, 2, 3, 4, 5].map((index) => numberOf(activities, index));
    expect(counts.toSorted((a, b) => a - b)).toEqual([1, 1, 1, 1, 1, 2]);
    expect(snapshot).toMatchObject({ status: 'completed', attempts: 2 });
  });

  it('leaves out later slices of a lost file', async () => {
    const activities = fakes();
    activities.parallelism = 1;
    activities.slices = 3;
    activities.losing = new Set([1]);
    const snapshot = await ending(activities);
    const leftOut = segmentsOf(activities).filter(({ isLeftOut }) => isLeftOut);
    expect(leftOut.map(({ segment }) => segment.index)).toEqual([2]);
    expect(segmentsOf(activities)).toHaveLength(6);
    expect(snapshot.status).toBe('completed');
  });

  it('fails with the error of a segment and cancels others', async () => {
    const activities = failingSegment(failWith('FILE_CHANGED', { nonRetryable: true }));
    const snapshot = await ending(activities);
    expect(snapshot).toMatchObject({ status: 'failed', error: { code: 'FILE_CHANGED' } });
    expect(activities.building).toBe(0);
    expect(namesOf(activities).at(-1)).toBe('removeArtifacts');
    expect(activities.callsOf('finishArchive')).toEqual([]);
  });

  it('continues a segment that a worker handed over', async () => {
    const progress: Partial<SegmentProgress> = {
      bytesHighWater: 100 * MIB,
      filesHighWater: 0,
      attempts: 1,
      tries: 3,
    };
    const handOver = async () => {
      throw ApplicationFailure.create({ type: HANDED_OVER, nonRetryable: true, details: [progress] });
    };
    const activities = fakes().script('buildSegment', handOver);
    const snapshot = await ending(activities);
    const again = segmentsOf(activities).find(({ handedOver }) => handedOver !== null);
    expect(again).toMatchObject({ earlierAttempts: 3, handedOver: progress });
    expect(snapshot).toMatchObject({ status: 'completed', attempts: 1, segments: { handedOver: {} } });
  });

  it.each([
    ['fails', 2 * SEGMENT + 350 * MIB],
    ['is cancelled', 2 * SEGMENT + 300 * MIB],
  ])('keeps the progress of all segments when it %s', async (end, bytes) => {
    const reached = (mib: number) => ({ bytesHighWater: mib * MIB, filesHighWater: 0, attempts: 1 });
    const cancelled = async () => {
      await untilCancelled().catch(() => {});
      throw new CancelledFailure('cancelled', [reached(100)]);
    };
    const failed = async () => {
      await waitFor('the others', () => activities.building === 4);
      const details = [{ cause: null, attempt: 1 }, reached(50)];
      throw ApplicationFailure.create({ type: 'FILE_CHANGED', nonRetryable: true, details });
    };
    const built = async () => {};
    const activities = fakes();
    activities.segments = end === 'fails' ? 6 : 5;
    activities.script('buildSegment', built, built, cancelled, cancelled, cancelled, failed);
    await temporal.run(large(), activities, async (handle) => {
      if (end !== 'fails') {
        const builtOf = async () => (await handle.query<JobSnapshot>(STATUS_QUERY)).segments?.built.length;
        await waitFor('three segments', async () => (await builtOf()) === 2 && activities.building === 3);
        await handle.cancel();
      }
      await handle.result().catch(() => {});
      expect(await handle.query<JobSnapshot>(STATUS_QUERY)).toMatchObject({
        phase: 'ended',
        bytesHighWater: bytes,
      });
    });
  });

  it('ends all segments before it removes the artifacts', async () => {
    const hang = () => untilCancelled();
    const activities = fakes().script('buildSegment', hang, hang, hang, hang);
    await temporal.run(large(), activities, async (handle) => {
      await waitFor('four segments', () => activities.building === 4);
      await handle.cancel();
      await handle.result().catch(() => {});
      expect((await handle.query<JobSnapshot>(STATUS_QUERY)).status).toBe('cancelled');
    });
    expect(activities.building).toBe(0);
    expect(activities.callsOf('buildSegment')).toHaveLength(4);
    expect(activities.calls.at(-1)).toMatchObject({
      name: 'removeArtifacts',
      input: { uploads: [{ id: expect.any(String) }] },
    });
  });

  it.each(['buildSegment', 'finishArchive', 'publishArchive'] as const)(
    'plans once more when %s finds it incomplete',
    async (name) => {
      const incomplete = failWith('ARCHIVE_INCOMPLETE', { nonRetryable: true });
      const activities =
        name === 'buildSegment' ? failingSegment(incomplete) : fakes().script(name, incomplete);
      const snapshot = await ending(activities);
      expect(snapshot.status).toBe('completed');
      expect(activities.callsOf('planArchive')).toHaveLength(2);
      const finished = activities.callsOf('finishArchive').at(-1)!.input as FinishArchiveInput;
      expect(finished.plan.upload.key).toContain('/2/');
    },
  );

  it('fails when a second build is incomplete too', async () => {
    const incomplete = failWith('ARCHIVE_INCOMPLETE', { nonRetryable: true });
    const activities = fakes().script('finishArchive', incomplete, incomplete);
    const snapshot = await ending(activities);
    expect(snapshot).toMatchObject({ status: 'failed', error: { code: 'ARCHIVE_INCOMPLETE' } });
    expect(activities.callsOf('planArchive')).toHaveLength(2);
  });

  it('tells operators which bytes a segment holds', async () => {
    await temporal.run(large(), fakes(), async (handle) => {
      await handle.result();
      const { events } = await handle.fetchHistory();
      const summaries = (events ?? []).flatMap(({ userMetadata }) =>
        userMetadata?.summary?.data ? [Buffer.from(userMetadata.summary.data).toString()] : [],
      );
      expect(summaries).toContain('"Segment 3 of 6: 537–805 MB"');
      expect(summaries).toContain('"Finish the archive: 6 segments, 1.6 GB"');
    });
  });
});
