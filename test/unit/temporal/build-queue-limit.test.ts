import type { Client } from '@temporalio/client';
import { describe, expect, it } from '@jest/globals';
import { BuildQueueLimit } from '../../../src/temporal/build-queue-limit.js';

describe('BuildQueueLimit', () => {
  /** A limit of one second on a queue with this age. */
  const limitAt = (age: { seconds: number } | Error, maxAgeMs = 1_000) => {
    const describeTaskQueue = async () => {
      if (age instanceof Error) throw age;
      return { stats: { approximateBacklogCount: 1, approximateBacklogAge: { ...age, nanos: 0 } } };
    };
    const client = {
      options: { namespace: 'default' },
      workflowService: { describeTaskQueue },
      withDeadline: (_: number, call: () => unknown) => call(),
    };
    return new BuildQueueLimit(client as unknown as Client, maxAgeMs);
  };

  it('refuses low priority when builds wait too long', async () => {
    const limit = limitAt({ seconds: 2 });
    await expect(limit.admit({ priority: 'low' })).rejects.toMatchObject({ code: 'OVERLOADED' });
    await limit.admit({ priority: 'standard' });
  });

  it.each([
    ['a young queue', limitAt({ seconds: 1 })],
    ['an unknown age', limitAt(new Error('away'))],
    ['no limit', limitAt({ seconds: 2 }, 0)],
  ])('accepts low priority with %s', async (_, limit) => {
    await expect(limit.admit({ priority: 'low' })).resolves.toBeUndefined();
  });
});
