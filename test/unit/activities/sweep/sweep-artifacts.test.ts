import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createSweepActivities } from '../../../../src/activities/index.js';
import type { JobState } from '../../../../src/activities/sweep/job-lookup.js';
import type { SweepDependencies } from '../../../../src/activities/sweep/sweep-artifacts.js';
import { LonghaulError } from '../../../../src/contract/errors.js';
import { NOTHING_SWEPT, type SweepProgress } from '../../../../src/contract/sweep.js';
import {
  archiveKey,
  ARTIFACTS_PREFIX,
  jobOf,
  PROBE_PREFIX,
  SUMS_PREFIX,
} from '../../../../src/storage/keys.js';
import type { ListedObject } from '../../../../src/storage/object-store.js';
import { ForeignStore } from '../../../../src/storage/store-marker.js';
import { createLogger } from '../../../../src/telemetry/logger.js';
import { waitFor } from '../../../support/wait-for.js';
import { ActivityBench, Attempt, changed, failureOf, run } from '../support.js';

const DAY = 86_400_000;

describe('sweepArtifacts', () => {
  let bench: ActivityBench;
  let asked: string[];
  let fates: Map<string, JobState>;
  beforeEach(async () => {
    bench = await ActivityBench.start();
    asked = [];
    fates = new Map();
  });
  afterEach(() => bench.stop());

  const sweeper = (changes: Partial<SweepDependencies> = {}) =>
    createSweepActivities({
      store: bench.store,
      marker: { claim: async () => {} },
      jobs: {
        lookUp: async (jobId) => {
          asked.push(jobId);
          return fates.get(jobId) ?? { state: 'unknown' };
        },
      },
      ttlMs: DAY,
      // Two days later, all objects are old.
      now: () => Date.now() + 2 * DAY,
      logger: createLogger('silent', 'test'),
      ...changes,
    }).sweepArtifacts;

  const put = async (jobId: string, attempt = 'attempt') => {
    const key = archiveKey(jobId, attempt, 'zip');
    await bench.store.write(key, Buffer.from('12345'));
    return key;
  };

  it('looks up each job once and returns a summary', async () => {
    for (const attempt of ['a', 'b', 'c']) await put('dead', attempt);
    const kept = await put('alive');
    await put('forgotten');
    fates.set('dead', { state: 'dead' }).set('alive', { state: 'running' });
    expect(await run(sweeper(), { handedOver: null })).toEqual({
      ...NOTHING_SWEPT,
      jobsSeen: 3,
      jobsKept: 1,
      jobsDeleted: 2,
      objectsDeleted: 4,
      bytesDeleted: 20,
    });
    expect(asked.toSorted()).toEqual(['alive', 'dead', 'forgotten']);
    expect(await bench.keysOf()).toEqual([kept]);
  });

  it('refuses the store of another namespace', async () => {
    const kept = await put('unknown here');
    const claim = () => Promise.reject(new ForeignStore('other'));
    const failure = await failureOf(run(sweeper({ marker: { claim } }), { handedOver: null }));
    expect(failure).toMatchObject({ type: 'ForeignStore', nonRetryable: true });
    expect(failure.message).toContain('archives/.longhaul');
    expect(await bench.keysOf()).toEqual([kept]);
  });

  it('keeps objects that belong to no job', async () => {
    const others = ['archives/0123456789abcdef/job/archive.zip', 'archives/x', 'downloads/70000'];
    for (const key of others) await bench.store.write(key, Buffer.from('x'));
    expect(await run(sweeper(), { handedOver: null })).toEqual(NOTHING_SWEPT);
    expect(await bench.keysOf()).toEqual(others);
    expect(asked).toEqual([]);
  });

  it('deletes what it remembered for 90 days', async () => {
    for (const key of [`${SUMS_PREFIX}a`, `${PROBE_PREFIX}b`]) await bench.store.write(key, Buffer.from('x'));
    const after = (days: number) => sweeper({ now: () => Date.now() + days * DAY });
    expect(await run(after(89), { handedOver: null })).toEqual(NOTHING_SWEPT);
    expect(await run(after(91), { handedOver: null })).toMatchObject({ objectsDeleted: 2, bytesDeleted: 2 });
    expect(await bench.keysOf()).toEqual([]);
  });

  it('withdraws the uploads of a probe that crashed', async () => {
    const aborted: string[] = [];
    const store = changed(bench.store, {
      async *listUploads() {
        for (const key of [`${PROBE_PREFIX}x/1`, 'archives/y']) yield { key, since: new Date() };
      },
      abortUploads: async (key) => aborted.push(key),
    });
    expect(await run(sweeper({ store, now: Date.now }), { handedOver: null })).toEqual(NOTHING_SWEPT);
    expect(await run(sweeper({ store }), { handedOver: null })).toMatchObject({ uploadsAborted: 1 });
    expect(aborted).toEqual([`${PROBE_PREFIX}x/1`]);
  });

  it('keeps the objects of a job that restarts meanwhile', async () => {
    const old = await put('job', 'old-run');
    let begun = '';
    const jobs = {
      lookUp: async (): Promise<JobState> => {
        begun = await put('job', 'new-run');
        return { state: 'dead' };
      },
    };
    await run(sweeper({ jobs }), { handedOver: null });
    expect(await bench.keysOf()).toEqual([begun]);
    expect(begun).not.toBe(old);
  });

  it('deletes nothing when a lookup fails', async () => {
    const key = await put('job');
    const jobs = { lookUp: () => Promise.reject(new LonghaulError('TEMPORAL_UNAVAILABLE', 'Try again.')) };
    const failure = await failureOf(run(sweeper({ jobs }), { handedOver: null }));
    expect(failure).toMatchObject({ type: 'TEMPORAL_UNAVAILABLE', nonRetryable: false });
    expect(await bench.keysOf()).toEqual([key]);
  });

  it.each(['heartbeat', 'handover'])('resumes after the job of the last %s', async (how) => {
    const keys = (await Promise.all(['a', 'b', 'c', 'd'].map((id) => put(id)))).toSorted();
    const { partition, jobId } = jobOf(keys[1]!)!;
    const earlier: SweepProgress = { partition, summary: { ...NOTHING_SWEPT, jobsSeen: 2, jobsKept: 2 } };
    const attempt = how === 'heartbeat' ? new Attempt(2, earlier) : new Attempt();
    const input = { handedOver: how === 'heartbeat' ? null : earlier };
    expect(await attempt.run(sweeper(), input)).toMatchObject({ jobsSeen: 4, jobsKept: 2, jobsDeleted: 2 });
    expect(asked).not.toContain(jobId);
    expect(await bench.keysOf()).toEqual(keys.slice(0, 2));
  });

  it('reports its position and stops after a cancellation', async () => {
    const keys = (await Promise.all(['a', 'b'].map((id) => put(id)))).toSorted();
    const attempt = new Attempt();
    const jobs = {
      lookUp: async (jobId: string, signal: AbortSignal): Promise<JobState> => {
        if (keys[0]!.includes(`/${jobId}/`)) return { state: 'dead' };
        return new Promise((_, reject) =>
          signal.addEventListener('abort', () => reject(signal.reason as Error)),
        );
      },
    };
    const ended = attempt.run(sweeper({ jobs }), { handedOver: null }).catch((error: unknown) => error);
    const { partition } = jobOf(keys[0]!)!;
    await waitFor('a heartbeat', () => attempt.heartbeats.length > 0);
    expect(attempt.heartbeats.at(-1)).toMatchObject({ partition, summary: { jobsDeleted: 1 } });
    attempt.stop();
    expect(await ended).toMatchObject({ message: 'CANCELLED' });
  });

  it('sweeps thousands of objects in constant memory', async () => {
    const JOBS = 30_000;
    let deleted = 0;
    let most = 0;
    const before = process.memoryUsage().heapUsed;
    const store = changed(bench.store, {
      async *list(prefix): AsyncGenerator<ListedObject> {
        if (prefix !== ARTIFACTS_PREFIX) return;
        for (let job = 0; job < JOBS; job++) {
          if (job % 1_000 === 0) most = Math.max(most, process.memoryUsage().heapUsed);
          for (const attempt of ['a', 'b', 'c']) {
            yield { key: archiveKey(`job-${job}`, attempt, 'zip'), size: 10, lastModified: new Date(0) };
          }
        }
      },
      delete: async (keys) => void (deleted += keys.length),
    });
    // The listing is not in partition order, which matters only when resuming.
    const jobs = { lookUp: async (): Promise<JobState> => ({ state: 'unknown' }) };
    const summary = await run(sweeper({ store, jobs }), { handedOver: null });
    expect(summary).toMatchObject({ jobsDeleted: JOBS, objectsDeleted: 3 * JOBS, bytesDeleted: 30 * JOBS });
    expect(deleted).toBe(3 * JOBS);
    expect(most - before).toBeLessThan(100 * 1024 * 1024);
  });
});
