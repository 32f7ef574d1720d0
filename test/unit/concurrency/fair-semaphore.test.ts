import { describe, expect, it } from '@jest/globals';
import { FairSemaphore } from '../../../src/concurrency/fair-semaphore.js';
import { runAs } from '../../../src/concurrency/work-owner.js';

describe('FairSemaphore', () => {
  /** Records who starts, and ends work in the order in which it started. */
  class Work {
    readonly started: string[] = [];
    private readonly ends: (() => void)[] = [];

    constructor(private readonly semaphore: FairSemaphore) {}

    start(owner: string, signal?: AbortSignal): Promise<void> {
      const work = () => {
        this.started.push(owner);
        return new Promise<void>((resolve) => this.ends.push(resolve));
      };
      return runAs(owner, () => this.semaphore.run(work, signal));
    }

    async endNext(): Promise<void> {
      this.ends.shift()!();
      // The next work starts some microtasks later.
      await new Promise(setImmediate);
    }

    async endAll(): Promise<void> {
      await new Promise(setImmediate);
      while (this.ends.length > 0) await this.endNext();
    }
  }

  it('runs work up to its limit', async () => {
    const work = new Work(new FairSemaphore({ places: 3, perOwner: 3 }));
    const all = Array.from({ length: 5 }, () => work.start('a'));
    await new Promise(setImmediate);
    expect(work.started).toHaveLength(3);
    await work.endAll();
    await Promise.all(all);
    expect(work.started).toHaveLength(5);
  });

  it('leaves places to other owners', async () => {
    const work = new Work(new FairSemaphore({ places: 3, perOwner: 2 }));
    const all = ['big', 'big', 'big', 'small'].map((owner) => work.start(owner));
    await new Promise(setImmediate);
    expect(work.started).toEqual(['big', 'big', 'small']);
    await work.endAll();
    await Promise.all(all);
  });

  it('serves waiting owners in turns', async () => {
    const work = new Work(new FairSemaphore({ places: 1, perOwner: 1 }));
    const all = ['a', 'a', 'a', 'a', 'b', 'b', 'c'].map((owner) => work.start(owner));
    await work.endAll();
    await Promise.all(all);
    expect(work.started).toEqual(['a', 'a', 'b', 'c', 'a', 'b', 'a']);
  });

  it('lets other work of the process between starts', async () => {
    const work = new Work(new FairSemaphore({ places: 100, perOwner: 100 }));
    const startedPerTurn: number[] = [];
    const all = Array.from({ length: 40 }, () => work.start('a'));
    await new Promise(setImmediate);
    while (work.started.length < all.length) {
      const before = work.started.length;
      await new Promise(setImmediate);
      startedPerTurn.push(work.started.length - before);
    }
    expect(Math.max(...startedPerTurn)).toBeLessThanOrEqual(8);
    await work.endAll();
    await Promise.all(all);
  });

  it('frees the place of failed work', async () => {
    const semaphore = new FairSemaphore({ places: 1, perOwner: 1 });
    await expect(semaphore.run(() => Promise.reject(new Error('broken')))).rejects.toThrow('broken');
    await expect(semaphore.run(async () => 'next')).resolves.toBe('next');
  });

  it('forgets a caller that aborts', async () => {
    const work = new Work(new FairSemaphore({ places: 1, perOwner: 1 }));
    const first = work.start('a');
    const abort = new AbortController();
    const aborted = work.start('b', abort.signal);
    const last = work.start('c');
    abort.abort(new Error('cancelled'));
    await expect(aborted).rejects.toThrow('cancelled');
    await work.endAll();
    await Promise.all([first, last]);
    expect(work.started).toEqual(['a', 'c']);
  });

  it('starts nothing for an aborted caller', async () => {
    const work = new Work(new FairSemaphore({ places: 1, perOwner: 1 }));
    await expect(work.start('a', AbortSignal.abort(new Error('cancelled')))).rejects.toThrow('cancelled');
    expect(work.started).toEqual([]);
  });
});
