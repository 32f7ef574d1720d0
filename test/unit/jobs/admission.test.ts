import { beforeEach, describe, expect, it } from '@jest/globals';
import { Admission } from '../../../src/jobs/admission.js';
import { queuePositions, type UserQueues } from '../../../src/jobs/user-queues.js';
import type { LaneJobs } from '../../../src/contract/lanes.js';
import type { DownloadJob } from '../../../src/contract/job.js';
import { aJob } from '../../support/jobs.js';

/** A queue whose content the test sets. */
class FakeQueues implements UserQueues {
  jobs: LaneJobs | undefined = { running: [], waiting: [] };
  /** Result of the next fresh read. */
  later: LaneJobs | undefined;
  ended = new Set<string>();
  reads = 0;
  lookUps = 0;

  async readFresh(): Promise<LaneJobs | undefined> {
    this.jobs = this.later ?? this.jobs;
    return this.read();
  }

  async read(): Promise<LaneJobs | undefined> {
    this.reads++;
    return this.jobs;
  }

  async hasEnded(jobId: string): Promise<boolean> {
    this.lookUps++;
    return this.ended.has(jobId);
  }
}

describe('Admission', () => {
  let now: number;
  let queues: FakeQueues;
  let admission: Admission;
  beforeEach(() => {
    now = 1_000_000;
    queues = new FakeQueues();
    admission = new Admission(queues, 7, () => now);
  });

  const job = (changes: Partial<Omit<DownloadJob, 'policy'>> = {}) =>
    aJob({ ...changes, policy: { maxRunning: 3 } });
  const isRefused = (error: unknown) => (error as { code?: string } | undefined)?.code === 'TOO_MANY_JOBS';

  /** Posts jobs concurrently and returns the accepted ones. */
  async function accepted(jobs: DownloadJob[]): Promise<DownloadJob[]> {
    const outcomes = await Promise.all(
      jobs.map((one) => admission.admit(one).catch((error: unknown) => error)),
    );
    expect(outcomes.every((outcome) => typeof outcome === 'boolean' || isRefused(outcome))).toBe(true);
    return jobs.filter((_, i) => typeof outcomes[i] === 'boolean');
  }

  const jobs = (count: number) => Array.from({ length: count }, () => job());
  const idsOf = (some: DownloadJob[]) => some.map(({ jobId }) => jobId);

  it('accepts exactly up to the limit in a burst', async () => {
    expect(await accepted(jobs(50))).toHaveLength(10);
    expect(queues.reads).toBe(1);
  });

  it('names the limits in its error', async () => {
    await accepted(jobs(10));
    await expect(admission.admit(job())).rejects.toThrow(/3 running, 7 queued/);
  });

  it('counts a job in the queue once', async () => {
    const first = await accepted(jobs(6));
    queues.jobs = { running: idsOf(first.slice(0, 3)), waiting: idsOf(first.slice(3)) };
    now += 10_000;
    expect(await accepted(jobs(50))).toHaveLength(4);
  });

  it('accepts as many again as left the queue', async () => {
    const first = await accepted(jobs(10));
    queues.jobs = { running: idsOf(first.slice(7)), waiting: [] };
    first.slice(0, 7).forEach(({ jobId }) => queues.ended.add(jobId));
    expect(await accepted(jobs(5))).toHaveLength(0);
    now += 2_000;
    expect(await accepted(jobs(50))).toHaveLength(7);
  });

  it('counts an accepted job outside the queue', async () => {
    await accepted(jobs(10));
    now += 60_000;
    expect(await accepted(jobs(5))).toHaveLength(0);
  });

  it('accepts a repeated job at the limit', async () => {
    const [first] = await accepted(jobs(10));
    await expect(admission.admit(first!)).resolves.toBe(false);
  });

  it('does not count a withdrawn job', async () => {
    const first = await accepted(jobs(10));
    admission.withdraw(first[0]!);
    expect(await accepted(jobs(5))).toHaveLength(1);
  });

  it('reports the reservation to one caller only', async () => {
    const one = job();
    const counted = await Promise.all(Array.from({ length: 4 }, () => admission.admit(one)));
    expect(counted).toEqual([true, false, false, false]);
  });

  it('reads at most every 5 s below the limit', async () => {
    await accepted(jobs(4));
    now += 4_999;
    await admission.admit(job());
    expect(queues.reads).toBe(1);
    now += 1;
    await admission.admit(job());
    expect(queues.reads).toBe(2);
  });

  it('counts jobs that other servers accepted', async () => {
    await accepted(jobs(5));
    queues.jobs = { running: ['a', 'b', 'c'], waiting: ['d'] };
    now += 6_000;
    expect(await accepted(jobs(5))).toHaveLength(1);
  });

  it('does not read once per refused job', async () => {
    await accepted(jobs(10));
    now += 2_000;
    for (let i = 0; i < 20; i++) await accepted(jobs(20));
    expect(queues.reads).toBe(2);
    expect(queues.lookUps).toBe(10);
  });

  it('accepts every job while the queue is unreadable', async () => {
    queues.jobs = undefined;
    expect(await accepted(jobs(50))).toHaveLength(50);
  });

  it('reads nothing for users without a limit', async () => {
    const free = Array.from({ length: 50 }, () => aJob());
    expect(await accepted(free)).toHaveLength(50);
    expect(queues.reads).toBe(0);
  });

  it('limits each user separately', async () => {
    await accepted(jobs(10));
    expect(await accepted([job({ userId: 'other' })])).toHaveLength(1);
  });
});

describe('queuePositions', () => {
  let queues: FakeQueues;
  beforeEach(() => {
    queues = new FakeQueues();
    queues.jobs = { running: ['a'], waiting: ['b', 'c'] };
  });

  it('numbers waiting jobs from 1 with one read', async () => {
    const positions = await queuePositions(queues, 'u', ['c', 'a', 'b']);
    expect([...positions!]).toEqual([
      ['c', 2],
      ['a', null],
      ['b', 1],
    ]);
    expect(queues.reads).toBe(1);
  });

  it('reads again for a missing job', async () => {
    queues.later = { running: ['a'], waiting: ['b', 'c', 'd'] };
    expect((await queuePositions(queues, 'u', ['d']))?.get('d')).toBe(3);
  });

  it('returns null for a job without a place', async () => {
    expect((await queuePositions(queues, 'u', ['d']))?.get('d')).toBeNull();
  });

  it('returns undefined while the queue is unreadable', async () => {
    queues.jobs = undefined;
    expect(await queuePositions(queues, 'u', ['b'])).toBeUndefined();
  });
});
