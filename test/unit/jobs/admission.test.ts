import { beforeEach, describe, expect, it } from '@jest/globals';
import { Admission } from '../../../src/jobs/admission.js';
import { type Lanes, queuePositions } from '../../../src/jobs/user-queues.js';
import type { LaneJobs } from '../../../src/contract/lanes.js';
import type { DownloadJob } from '../../../src/contract/job.js';
import { aJob } from '../../support/jobs.js';

/** A lane that is whatever the test says. */
class FakeLanes implements Lanes {
  jobs: LaneJobs | undefined = { running: [], waiting: [] };
  /** What a read from now on finds. */
  later: LaneJobs | undefined;
  ended = new Set<string>();
  reads = 0;
  lookUps = 0;

  async announce(): Promise<void> {}

  async jobsNow(): Promise<LaneJobs | undefined> {
    this.jobs = this.later ?? this.jobs;
    return this.jobsOf();
  }

  async jobsOf(): Promise<LaneJobs | undefined> {
    this.reads++;
    return this.jobs;
  }

  async hasEnded(jobId: string): Promise<boolean> {
    this.lookUps++;
    return this.ended.has(jobId);
  }
}

describe('the admission of jobs', () => {
  let now: number;
  let lanes: FakeLanes;
  let admission: Admission;
  beforeEach(() => {
    now = 1_000_000;
    lanes = new FakeLanes();
    admission = new Admission(lanes, 7, () => now);
  });

  const job = (changes: Partial<Omit<DownloadJob, 'policy'>> = {}) =>
    aJob({ ...changes, policy: { maxRunning: 3 } });
  const isRefused = (error: unknown) => (error as { code?: string } | undefined)?.code === 'TOO_MANY_JOBS';

  /** Posts jobs at the same time; returns those that were accepted. */
  async function accepted(jobs: DownloadJob[]): Promise<DownloadJob[]> {
    const outcomes = await Promise.all(
      jobs.map((one) => admission.admit(one).catch((error: unknown) => error)),
    );
    expect(outcomes.every((outcome) => typeof outcome === 'boolean' || isRefused(outcome))).toBe(true);
    return jobs.filter((_, i) => typeof outcomes[i] === 'boolean');
  }

  const jobs = (count: number) => Array.from({ length: count }, () => job());
  const idsOf = (some: DownloadJob[]) => some.map(({ jobId }) => jobId);

  it('accepts of many at once exactly as many as there may be', async () => {
    expect(await accepted(jobs(50))).toHaveLength(10);
    expect(lanes.reads).toBe(1);
  });

  it('says how many there may be', async () => {
    await accepted(jobs(10));
    await expect(admission.admit(job())).rejects.toThrow(/3 running and 7 waiting/);
  });

  it('counts no job twice when it is seen in the lane', async () => {
    const first = await accepted(jobs(6));
    lanes.jobs = { running: idsOf(first.slice(0, 3)), waiting: idsOf(first.slice(3)) };
    now += 10_000;
    expect(await accepted(jobs(50))).toHaveLength(4);
  });

  it('accepts again as many as have left the lane, once that can be read', async () => {
    const first = await accepted(jobs(10));
    lanes.jobs = { running: idsOf(first.slice(7)), waiting: [] };
    first.slice(0, 7).forEach(({ jobId }) => lanes.ended.add(jobId));
    expect(await accepted(jobs(5))).toHaveLength(0);
    now += 2_000;
    expect(await accepted(jobs(50))).toHaveLength(7);
  });

  it('counts a job that was accepted and has not reached its lane', async () => {
    await accepted(jobs(10));
    now += 60_000;
    expect(await accepted(jobs(5))).toHaveLength(0);
  });

  it('refuses nobody who comes again with a job that was accepted', async () => {
    const [first] = await accepted(jobs(10));
    await expect(admission.admit(first!)).resolves.toBe(false);
  });

  it('does not count what could not be started', async () => {
    const first = await accepted(jobs(10));
    admission.withdraw(first[0]!);
    expect(await accepted(jobs(5))).toHaveLength(1);
  });

  it('says who counted a job, so that nobody else withdraws it', async () => {
    const one = job();
    const counted = await Promise.all(Array.from({ length: 4 }, () => admission.admit(one)));
    expect(counted).toEqual([true, false, false, false]);
  });

  it('reads every few seconds at the most for a user who stays far below', async () => {
    await accepted(jobs(4));
    now += 4_999;
    await admission.admit(job());
    expect(lanes.reads).toBe(1);
    now += 1;
    await admission.admit(job());
    expect(lanes.reads).toBe(2);
  });

  it('finds out what other servers accepted', async () => {
    await accepted(jobs(5));
    lanes.jobs = { running: ['a', 'b', 'c'], waiting: ['d'] };
    now += 6_000;
    expect(await accepted(jobs(5))).toHaveLength(1);
  });

  it('does not read or look up for each job that it refuses', async () => {
    await accepted(jobs(10));
    now += 2_000;
    for (let i = 0; i < 20; i++) await accepted(jobs(20));
    expect(lanes.reads).toBe(2);
    expect(lanes.lookUps).toBe(10);
  });

  it('accepts everybody when the lane cannot be read', async () => {
    lanes.jobs = undefined;
    expect(await accepted(jobs(50))).toHaveLength(50);
  });

  it('has no limit for users without a cap, and asks nobody', async () => {
    const free = Array.from({ length: 50 }, () => aJob());
    expect(await accepted(free)).toHaveLength(50);
    expect(lanes.reads).toBe(0);
  });

  it('keeps users apart', async () => {
    await accepted(jobs(10));
    expect(await accepted([job({ userId: 'other' })])).toHaveLength(1);
  });
});

describe('the position in the queue', () => {
  let lanes: FakeLanes;
  beforeEach(() => {
    lanes = new FakeLanes();
    lanes.jobs = { running: ['a'], waiting: ['b', 'c'] };
  });

  it('is told to those who wait, from one on, by one read', async () => {
    const places = await queuePositions(lanes, 'u', ['c', 'a', 'b']);
    expect([...places!]).toEqual([
      ['c', 2],
      ['a', null],
      ['b', 1],
    ]);
    expect(lanes.reads).toBe(1);
  });

  it('is read again for a job that came a moment ago', async () => {
    lanes.later = { running: ['a'], waiting: ['b', 'c', 'd'] };
    expect((await queuePositions(lanes, 'u', ['d']))?.get('d')).toBe(3);
  });

  it('is not known while the lane cannot be read', async () => {
    lanes.jobs = undefined;
    expect(await queuePositions(lanes, 'u', ['b'])).toBeUndefined();
  });
});
