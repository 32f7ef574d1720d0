import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { WorkflowFailedError, WorkflowNotFoundError } from '@temporalio/client';
import { randomUUID } from 'node:crypto';
import type { BuildArchiveInput } from '../../src/contract/activities.js';
import { type LaneJobs, slotOf } from '../../src/contract/lanes.js';
import {
  ACQUIRE_SIGNAL,
  LANE_QUERY,
  LANE_WORKFLOW,
  laneIdFor,
  MEMO,
  ORCHESTRATION_TASK_QUEUE,
  RELEASE_SIGNAL,
  SEARCH_ATTRIBUTES,
  STATUS_QUERY,
} from '../../src/contract/names.js';
import type { DownloadJob, JobPolicy } from '../../src/contract/job.js';
import type { JobSnapshot } from '../../src/contract/snapshot.js';
import { enterLane } from '../../src/temporal/lanes/lane-entry.js';
import type { laneWorkflow } from '../../src/workflows/index.js';
import { FakeActivities, failWith } from '../support/fake-activities.js';
import { aChunk, aJob, aPreparedFile } from '../support/jobs.js';
import { describeWith } from '../support/require-server.js';
import { locateTemporalTestServer } from '../support/temporal-programs.js';
import { type JobHandle, TimeSkippingTemporal } from '../support/time-skipping.js';
import { waitFor } from '../support/wait-for.js';

const MINUTE = 60_000;
/** A wait after which the files are looked up again. */
const LONG = 10 * MINUTE;

describeWith(await locateTemporalTestServer(), 'laneWorkflow', (serverPath) => {
  let temporal: TimeSkippingTemporal;
  // One server per test: after a job with a timer was terminated, a server no longer skips time.
  beforeEach(async () => {
    temporal = await TimeSkippingTemporal.start(serverPath);
  });
  afterEach(() => temporal.stop());

  /** A user whose jobs have increasing post times. */
  class User {
    readonly userId = `user-${randomUUID()}`;
    private jobs = 0;

    constructor(private readonly limit = 1) {}

    job(policy: Partial<JobPolicy> = {}, changes: Partial<Omit<DownloadJob, 'policy'>> = {}): DownloadJob {
      const createdAt = new Date(Date.now() + this.jobs++).toISOString();
      const { userId } = this;
      return aJob({ userId, createdAt, ...changes, policy: { maxRunning: this.limit, ...policy } });
    }

    /** Starts a job that holds its slot for `ms` of the server's virtual time. */
    async holder(ms: number, policy: Partial<JobPolicy> = {}): Promise<JobHandle> {
      const handle = await temporal.startJob(this.job({ delay: { minMs: ms, maxMs: ms }, ...policy }));
      await waitFor('the job to hold a slot', async () => (await statusAttributeOf(handle)) === 'running');
      return handle;
    }

    /** Starts a job that waits for a slot. */
    async waiter(
      policy: Partial<JobPolicy> = {},
      changes: Partial<Omit<DownloadJob, 'policy'>> = {},
    ): Promise<JobHandle> {
      const handle = await temporal.startJob(this.job(policy, changes));
      await waitFor('the job to wait', async () => (await memoOf(handle))?.phase === 'waiting');
      return handle;
    }

    get lane() {
      return temporal.env.client.workflow.getHandle<typeof laneWorkflow>(laneIdFor(this.userId));
    }

    inLane(): Promise<LaneJobs> {
      return this.lane.query<LaneJobs>(LANE_QUERY);
    }

    async untilLaneEnds(): Promise<void> {
      await waitFor('the lane to end', async () => (await this.lane.describe()).status.name === 'COMPLETED');
    }
  }

  it('grants a single job at once, then completes', async () => {
    const user = new User();
    const activities = new FakeActivities();
    await temporal.run(user.job(), activities, async (handle) => {
      await handle.result();
      expect(await snapshotOf(handle)).toMatchObject({ status: 'completed' });
      await user.untilLaneEnds();
    });
    expect(activities.callsOf('prepareFiles')).toHaveLength(2);
  });

  it('does not exist without a limit', async () => {
    const user = new User(0);
    await temporal.run(user.job(), new FakeActivities(), async (handle) => {
      await handle.result();
      await expect(user.lane.describe()).rejects.toThrow(WorkflowNotFoundError);
    });
  });

  it('keeps the limit and serves waiting jobs in order', async () => {
    const user = new User(2);
    const activities = new FakeActivities();
    await temporal.serve(activities, async () => {
      const holders = [await user.holder(LONG), await user.holder(100 * LONG)] as const;
      const waiters = [await user.waiter(), await user.waiter(), await user.waiter()];
      expect(await user.inLane()).toEqual({
        running: holders.map(jobIdOf),
        waiting: waiters.map(jobIdOf),
      });
      expect(await snapshotOf(waiters[0]!)).toMatchObject({
        status: 'queued',
        startedAt: null,
        message: 'Waiting for one of your other downloads to finish',
      });
      await expectAllComplete(holders[0], ...waiters);
      const built = activities.callsOf('buildArchive').map(({ input }) => (input as { jobId: string }).jobId);
      expect(built).toEqual([holders[0], ...waiters].map(jobIdOf));
      expect(await user.inLane()).toEqual({ running: [jobIdOf(holders[1])], waiting: [] });
      await holders[1].cancel();
      await expectFailure(holders[1]);
      await user.untilLaneEnds();
    });
  });

  it('serves low priority after standard', async () => {
    const user = new User();
    await temporal.serve(new FakeActivities(), async () => {
      const holder = await user.holder(LONG);
      const low = await user.waiter({}, { priority: 'low' });
      const standard = await user.waiter();
      expect((await user.inLane()).waiting).toEqual([standard, low].map(jobIdOf));
      await expectAllComplete(holder, low, standard);
    });
  });

  it('limits each user separately', async () => {
    const [one, other] = [new User(), new User()];
    await temporal.serve(new FakeActivities(), async () => {
      const holder = await one.holder(LONG);
      const free = await temporal.startJob(other.job());
      await free.result();
      expect((await snapshotOf(holder)).status).not.toBe('completed');
      await holder.terminate();
    });
  });

  it('removes a waiting job that is cancelled', async () => {
    const user = new User();
    const activities = new FakeActivities();
    await temporal.serve(activities, async () => {
      const holder = await user.holder(LONG);
      const cancelled = await user.waiter();
      const next = await user.waiter();
      await cancelled.cancel();
      await expectFailure(cancelled);
      expect((await memoOf(cancelled))?.status).toBe('cancelled');
      await holder.cancel();
      await expectFailure(holder);
      await expectAllComplete(next);
      await user.untilLaneEnds();
    });
    const built = activities.callsOf('buildArchive');
    expect(built).toHaveLength(1);
  });

  it.each([
    ['failed', [failWith('FILE_CHANGED', { nonRetryable: true })]],
    ['timed out', Array<() => Promise<void>>(9).fill(failWith('STORAGE_UNAVAILABLE'))],
  ])('releases the slot of a job that %s', async (_, script) => {
    const user = new User();
    const activities = new FakeActivities().script('buildArchive', ...script);
    await temporal.serve(activities, async () => {
      const failing = await user.holder(MINUTE, { timeoutMs: 10 * MINUTE, maxAttempts: 99 });
      const next = await user.waiter();
      await expectFailure(failing);
      await next.result();
      await user.untilLaneEnds();
    });
  });

  it('releases the slot of a terminated job', async () => {
    const user = new User();
    await temporal.serve(new FakeActivities(), async () => {
      const holder = await user.holder(100 * LONG);
      const next = await user.waiter();
      const before = await temporal.env.currentTimeMs();
      await holder.terminate();
      await next.result();
      const { completedAt } = await snapshotOf(next);
      expect(Date.parse(completedAt!) - before).toBeLessThan(5 * MINUTE);
      await user.untilLaneEnds();
    });
  });

  it('removes a terminated waiting job', async () => {
    const user = new User();
    await temporal.serve(new FakeActivities(), async () => {
      const holder = await user.holder(LONG);
      const [terminated, next] = [await user.waiter(), await user.waiter()];
      await terminated.terminate();
      await temporal.env.sleep('5m');
      expect(await user.inLane()).toEqual({ running: [jobIdOf(holder)], waiting: [jobIdOf(next)] });
      await expectAllComplete(holder, next);
    });
  });

  it('skips a waiting job terminated just now', async () => {
    const user = new User();
    await temporal.serve(new FakeActivities(), async () => {
      const holder = await user.holder(LONG);
      const [terminated, next] = [await user.waiter(), await user.waiter()];
      await terminated.terminate();
      await holder.cancel();
      await expectFailure(holder);
      await next.result();
      await user.untilLaneEnds();
    });
  });

  it('loses no job when it is terminated itself', async () => {
    const user = new User();
    await temporal.serve(new FakeActivities(), async () => {
      const holder = await user.holder(LONG);
      const waiters = [await user.waiter(), await user.waiter()];
      await user.lane.terminate();
      await expectAllComplete(holder, ...waiters);
      await user.untilLaneEnds();
    });
  });

  it('ignores cancellation', async () => {
    const user = new User();
    await temporal.serve(new FakeActivities(), async () => {
      const holder = await user.holder(LONG);
      const next = await user.waiter();
      await user.lane.cancel();
      await expectAllComplete(holder, next);
      await user.untilLaneEnds();
    });
  });

  it('notifies a job again whose first answer was lost', async () => {
    const user = new User();
    const job = user.job();
    const handle = await temporal.startJob(job);
    const slot = slotOf(job, handle.firstExecutionRunId);
    const request = { userId: user.userId, maxRunning: 1, slot };
    expect(await enterLane(temporal.env.client, request)).toBe(true);
    await temporal.serve(new FakeActivities(), async () => {
      await expectAllComplete(handle);
      await user.untilLaneEnds();
    });
  });

  it('does not count waiting against the timeout', async () => {
    const user = new User();
    await temporal.serve(new FakeActivities(), async () => {
      const holder = await user.holder(2 * LONG, { timeoutMs: 4 * LONG });
      const next = await user.waiter({ timeoutMs: 10 * MINUTE });
      await holder.result();
      await next.result();
      expect((await snapshotOf(next)).status).toBe('completed');
    });
  });

  it('prepares files again after a long wait', async () => {
    const user = new User();
    const activities = new FakeActivities();
    let size = 100;
    activities.prepareFiles = async ({ firstIndex }) => aChunk([aPreparedFile(firstIndex, { size })]);
    await temporal.serve(activities, async () => {
      const holder = await user.holder(LONG);
      const next = await user.waiter();
      size = 1_000;
      await holder.result();
      await next.result();
      expect(await snapshotOf(next)).toMatchObject({
        preparedFiles: 2,
        totalFiles: 2,
        bytesTotal: 2_000,
        skippedFiles: 0,
      });
    });
    const { chunks } = activities.callsOf('buildArchive').at(-1)!.input as BuildArchiveInput;
    expect(chunks.map((chunk) => chunk.bytes)).toEqual([1_000, 1_000]);
  });

  it('applies the limit of the newest job', async () => {
    const user = new User(1);
    await temporal.serve(new FakeActivities(), async () => {
      const holder = await user.holder(LONG);
      const first = await user.waiter();
      const second = await temporal.startJob(user.job({ maxRunning: 3 }));
      await expectAllComplete(first, second);
      expect(await user.inLane()).toEqual({ running: [jobIdOf(holder)], waiting: [] });
      await holder.result();
    });
  });

  it('treats signals as idempotent', async () => {
    const user = new User();
    const slot = (jobId: string) => ({ jobId, runId: 'r', priority: 'standard' as const, since: 1 });
    await temporal.serve(new FakeActivities(), async () => {
      const lane = await temporal.env.client.workflow.start<typeof laneWorkflow>(LANE_WORKFLOW, {
        workflowId: laneIdFor(user.userId),
        taskQueue: ORCHESTRATION_TASK_QUEUE,
        args: [{ maxRunning: 2, running: [slot('a'), slot('b')], waiting: [] }],
      });
      for (const id of ['c', 'd', 'd', 'c']) await lane.signal(ACQUIRE_SIGNAL, slot(id), 2);
      expect(await user.inLane()).toEqual({ running: ['a', 'b'], waiting: ['c', 'd'] });
      for (const id of ['d', 'd', 'c', 'b', 'a']) await lane.signal(RELEASE_SIGNAL, slot(id));
      await lane.result();
    });
  });
});

/** Awaits one handle at a time, because concurrent waits confuse the server's clock. */
async function expectAllComplete(...handles: JobHandle[]): Promise<void> {
  for (const handle of handles) expect(await handle.result()).toMatchObject({ files: 2 });
}

async function expectFailure(handle: JobHandle): Promise<void> {
  await expect(handle.result()).rejects.toBeInstanceOf(WorkflowFailedError);
}

// The next two avoid queries, because a query during a local activity stops the server's clock.

async function statusAttributeOf(handle: JobHandle): Promise<unknown> {
  return (await handle.describe()).searchAttributes[SEARCH_ATTRIBUTES.status]?.[0];
}

async function memoOf(handle: JobHandle): Promise<JobSnapshot | undefined> {
  return (await handle.describe()).memo?.[MEMO.snapshot] as JobSnapshot | undefined;
}

function snapshotOf(handle: JobHandle): Promise<JobSnapshot> {
  return handle.query<JobSnapshot>(STATUS_QUERY);
}

function jobIdOf(handle: JobHandle): string {
  return handle.workflowId.replace('download/', '');
}
