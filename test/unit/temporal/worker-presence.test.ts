import { beforeEach, describe, expect, it } from '@jest/globals';
import { WorkerPresence } from '../../../src/temporal/worker-presence.js';

const MISSING = 'No worker polls the task queue longhaul';

describe('WorkerPresence', () => {
  let now: number;
  let polledAt: number;
  /** Heartbeat times by worker; undefined for a server without heartbeats. */
  let heartbeats: Record<string, number> | undefined;
  let presence: WorkerPresence;
  beforeEach(() => {
    now = 1_000_000_000;
    polledAt = now;
    heartbeats = {};
    const workflowService = {
      describeTaskQueue: async () => ({ pollers: [{ lastAccessTime: { seconds: polledAt / 1_000 } }] }),
      listWorkers: async () => {
        if (!heartbeats) throw new Error('12 UNIMPLEMENTED');
        const workersInfo = Object.entries(heartbeats).map(([workerInstanceKey, seconds]) => ({
          workerHeartbeat: { workerInstanceKey, heartbeatTime: { seconds, nanos: 0 } },
        }));
        return { workersInfo };
      },
    };
    presence = new WorkerPresence({ workflowService }, 'default', () => now);
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
      now += 74_000;
      await presence.assertPresent();
      now += 2_000;
      await expect(presence.assertPresent()).rejects.toThrow(MISSING);
    },
  );

  it('rejects a first heartbeat without a recent poller', async () => {
    heartbeats = { a: 5 };
    now += 76_000;
    await expect(presence.assertPresent()).rejects.toThrow(MISSING);
  });
});
