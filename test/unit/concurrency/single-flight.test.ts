import { describe, expect, it } from '@jest/globals';
import { SingleFlight } from '../../../src/concurrency/single-flight.js';

/** Creates work that the test ends in any order; run n resolves with n. */
function controlledWork() {
  const ends: { resolve(): void; reject(error: Error): void }[] = [];
  const work = () =>
    new Promise<number>((resolve, reject) => {
      const run = ends.length;
      ends.push({ resolve: () => resolve(run), reject });
    });
  return { ends, work };
}

describe('SingleFlight', () => {
  it('shares the run in flight', async () => {
    const { ends, work } = controlledWork();
    const flight = new SingleFlight<number>();
    const results = [flight.run('a', work), flight.run('a', work)];
    expect(ends).toHaveLength(1);
    ends[0]!.resolve();
    expect(await Promise.all(results)).toEqual([0, 0]);
  });

  it('runs each key on its own', () => {
    const { ends, work } = controlledWork();
    const flight = new SingleFlight<number>();
    void flight.run('a', work);
    void flight.run('b', work);
    expect(ends).toHaveLength(2);
  });

  it('starts again after a run has ended', async () => {
    const { ends, work } = controlledWork();
    const flight = new SingleFlight<number>();
    const first = flight.run('a', work);
    ends[0]!.resolve();
    await first;
    const second = flight.run('a', work);
    ends[1]!.resolve();
    expect(await second).toBe(1);
  });

  it('shares one fresh run among waiting callers', async () => {
    const { ends, work } = controlledWork();
    const flight = new SingleFlight<number>();
    const first = flight.run('a', work);
    const fresh = [flight.runFresh('a', work), flight.runFresh('a', work)];
    ends[0]!.resolve();
    expect(await first).toBe(0);
    await Promise.resolve();
    expect(ends).toHaveLength(2);
    ends[1]!.resolve();
    expect(await Promise.all(fresh)).toEqual([1, 1]);
  });

  it('starts the fresh run after a failed one', async () => {
    const { ends, work } = controlledWork();
    const flight = new SingleFlight<number>();
    const first = flight.run('a', work);
    const fresh = flight.runFresh('a', work);
    ends[0]!.reject(new Error('broken'));
    await expect(first).rejects.toThrow('broken');
    await Promise.resolve();
    ends[1]!.resolve();
    expect(await fresh).toBe(1);
  });

  it('starts a run of its own after detach', async () => {
    const { ends, work } = controlledWork();
    const flight = new SingleFlight<number>();
    const before = flight.run('a', work);
    flight.detach('a');
    const after = flight.run('a', work);
    ends[1]!.resolve();
    ends[0]!.resolve();
    expect(await Promise.all([before, after])).toEqual([0, 1]);
  });

  it('keeps the newer run when a detached one ends', async () => {
    const { ends, work } = controlledWork();
    const flight = new SingleFlight<number>();
    const before = flight.run('a', work);
    flight.detach('a');
    const after = flight.run('a', work);
    ends[0]!.resolve();
    await before;
    const joined = flight.run('a', work);
    ends[1]!.resolve();
    expect(await Promise.all([after, joined])).toEqual([1, 1]);
  });
});
