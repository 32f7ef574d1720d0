import { beforeEach, describe, expect, it } from '@jest/globals';
import { WorkerPresence } from '../../../src/temporal/worker-presence.js';

const MISSING = 'No worker polls the task queue longhaul';

describe('the presence of workers', () => {
  let now: number;
  let polledAt: number;
  /** By worker; undefined where the server does not know of heartbeats. */
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

  it('is told by heartbeats that go on, whatever the clock of the worker says', async () => {
    heartbeats = { a: 5 };
    await presence.assertThere();
    now += 14_000;
    await presence.assertThere();
    heartbeats = { a: 6 };
    now += 14_000;
    await presence.assertThere();
    now += 15_000;
    await expect(presence.assertThere()).rejects.toThrow(MISSING);
  });

  it('takes one worker that lives', async () => {
    for (let i = 0; i < 10; i++) {
      heartbeats = { dead: 5, alive: 10 + i };
      now += 10_000;
      polledAt = now;
      await expect(presence.assertThere()).resolves.toBeUndefined();
    }
  });

  it.each([['of none'], ['of no worker']])(
    'is told by the pollers where the server knows %s',
    async (what) => {
      if (what === 'of none') heartbeats = undefined;
      now += 74_000;
      await presence.assertThere();
      now += 2_000;
      await expect(presence.assertThere()).rejects.toThrow(MISSING);
    },
  );

  it('is not believed for a heartbeat alone that nobody has seen before', async () => {
    heartbeats = { a: 5 };
    now += 76_000;
    await expect(presence.assertThere()).rejects.toThrow(MISSING);
  });
});
