import { beforeEach, describe, expect, it } from '@jest/globals';
import { WorkerPresence } from '../../../src/temporal/worker-presence.js';

const MISSING = 'No worker polls the task queue longhaul';

describe('WorkerPresence', () => {
  /** A clock that nobody adjusts, in milliseconds. */
  let now: number;
  /** Error of the local clock, in milliseconds. */
  let aheadMs: number;
  let observed: [atLeastMs: number, atMostMs: number][];
  let polledAt: number;
  /** Heartbeat times by worker; undefined for a server without heartbeats. */
  let heartbeats: Record<string, number> | undefined;
  let presence: WorkerPresence;
  beforeEach(() => {
    now = 1_000_000_000;
    polledAt = now;
    aheadMs = 0;
    observed = [];
    heartbeats = {};
    const workflowService = {
      describeTaskQueue: async () => ({
        pollers: [{ identity: 'a', lastAccessTime: { seconds: polledAt / 1_000 } }],
      }),
      listWorkers: async () => {
        if (!heartbeats) throw new Error('12 UNIMPLEMENTED');
        const workersInfo = Object.entries(heartbeats).map(([workerInstanceKey, seconds]) => ({
          workerHeartbeat: { workerInstanceKey, heartbeatTime: { seconds, nanos: 0 } },
        }));
        return { workersInfo };
      },
    };
    presence = new WorkerPresence(
      { workflowService },
      'default',
      { observe: (...bounds) => void observed.push(bounds) },
      { steady: () => now, wall: () => now + aheadMs },
    );
  });

  it('counts new heartbeats, regardless of worker clocks', async () => {
    heartbeats = { a: 5 };
    await presence.assertPresent();
    now += 14_000;
    await presence.assertPresent();
    heartbeats = { a: 6 };
    now += 14_000;
    await presence.assertPresent();
    now += 15_000;
    await expect(presence.assertPresent()).rejects.toThrow(MISSING);
  });

  it('accepts one live worker beside a dead one', async () => {
    for (let i = 0; i < 10; i++) {
      heartbeats = { dead: 5, alive: 10 + i };
      now += 10_000;
      polledAt = now;
      await expect(presence.assertPresent()).resolves.toBeUndefined();
    }
  });

  it.each([['without heartbeats'], ['without workers']])(
    'relies on pollers on a server %s',
    async (server) => {
      if (server === 'without heartbeats') heartbeats = undefined;
      await presence.assertPresent();
      now += 74_000;
      await presence.assertPresent();
      now += 2_000;
      await expect(presence.assertPresent()).rejects.toThrow(MISSING);
    },
  );

  it('rejects heartbeats without a poller', async () => {
    await presence.assertPresent();
    for (let i = 0; i < 8; i++) {
      heartbeats = { a: 5 + i };
      now += 10_000;
      if (i < 7) await presence.assertPresent();
    }
    await expect(presence.assertPresent()).rejects.toThrow(MISSING);
  });

  it.each([3_600_000, -3_600_000])('finds workers when the local clock is %d ms ahead', async (ms) => {
    aheadMs = ms;
    await presence.assertPresent();
    now += 10_000;
    polledAt = now - 4_000;
    await presence.assertPresent();
    now += 10_000;
    await presence.assertPresent();
    expect(observed).toEqual([
      [-Infinity, ms],
      [ms - 6_000, ms + 4_000],
    ]);
  });
});
