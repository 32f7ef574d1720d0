import { setImmediate as microtasks } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { ByteBudget } from '../../../src/concurrency/byte-budget.js';

const { signal: never } = new AbortController();

/** Work that runs until it is ended. */
function work() {
  let end!: () => void;
  const promise = new Promise<void>((resolve) => (end = resolve));
  let started = false;
  const run = () => {
    started = true;
    return promise;
  };
  return { run, end, hasStarted: () => started };
}

describe('ByteBudget', () => {
  it('runs as much at once as fits', async () => {
    const budget = new ByteBudget(10);
    const [first, second, third] = [work(), work(), work()];
    const running = [first, second, third].map(({ run }) => budget.run(5, never, run));
    await microtasks();
    expect([first, second, third].map(({ hasStarted }) => hasStarted())).toEqual([true, true, false]);
    first.end();
    await running[0];
    third.end();
    await running[2];
    second.end();
    await running[1];
  });

  it('runs alone what is larger than the budget', async () => {
    const budget = new ByteBudget(10);
    const [large, small] = [work(), work()];
    const running = [budget.run(100, never, large.run), budget.run(1, never, small.run)];
    await microtasks();
    expect(large.hasStarted()).toBe(true);
    expect(small.hasStarted()).toBe(false);
    large.end();
    small.end();
    await Promise.all(running);
  });

  it('passes over a caller that gave up', async () => {
    const budget = new ByteBudget(10);
    const stop = new AbortController();
    const [first, second, third] = [work(), work(), work()];
    const running = budget.run(6, never, first.run);
    const stopped = budget.run(10, stop.signal, second.run);
    const passing = budget.run(4, never, third.run);
    stop.abort(new Error('cancelled'));
    await expect(stopped).rejects.toThrow('cancelled');
    third.end();
    await passing;
    expect(second.hasStarted()).toBe(false);
    first.end();
    await running;
  });

  it('frees the bytes of work that failed', async () => {
    const budget = new ByteBudget(10);
    const failing = budget.run(10, never, () => Promise.reject(new Error('failed')));
    await expect(failing).rejects.toThrow('failed');
    expect(await budget.run(10, never, async () => 'done')).toBe('done');
  });
});
