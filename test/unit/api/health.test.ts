import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { Health, patient } from '../../../src/api/health.js';
import { storeError, type StoreErrorCode } from '../../../src/storage/store-errors.js';

describe('Health', () => {
  it.each<[StoreErrorCode, string]>([
    ['STORAGE_FULL', 'out of disk space'],
    ['STORAGE_UNAVAILABLE', 'not reachable'],
  ])('reports %s as %s', async (code, outcome) => {
    const health = new Health({
      storage: () => Promise.reject(storeError(code, new Error('cause'))),
      worker: () => Promise.reject(new Error('no worker')),
      temporal: async () => {},
    });
    expect(await health.report()).toEqual({
      status: 'unhealthy',
      checks: { storage: outcome, worker: 'not reachable', temporal: 'ok' },
    });
  });

  it('reports a check that aborts as late', async () => {
    const late = new DOMException('late', 'TimeoutError');
    const { checks } = await new Health({ storage: () => Promise.reject(late) }).report();
    expect(checks).toEqual({ storage: 'timed out' });
  });
});

describe('patient', () => {
  /** The checks under way. */
  let running: { resolve: () => void; reject: (error: Error) => void }[];
  let check: () => Promise<void>;

  beforeEach(() => {
    jest.useFakeTimers();
    running = [];
    check = patient(() => new Promise((resolve, reject) => running.push({ resolve, reject })));
  });

  afterEach(() => {
    jest.useRealTimers();
  });

  const slowly = async () => {
    const outcome = check().then(
      () => 'ok',
      (error: Error) => error.message,
    );
    await jest.advanceTimersByTimeAsync(1_000);
    return outcome;
  };

  const answered = async () => {
    const outcome = check();
    running.at(-1)!.resolve();
    await outcome;
  };

  it('repeats the last success while a check runs', async () => {
    await answered();
    expect(await slowly()).toBe('ok');
    expect(await slowly()).toBe('ok');
    expect(running).toHaveLength(2);
  });

  it('fails at once when the check fails', async () => {
    await answered();
    const outcome = check();
    running.at(-1)!.reject(new Error('refused'));
    await expect(outcome).rejects.toThrow('refused');
    expect(await slowly()).toBe('refused');
  });

  it('counts a late answer', async () => {
    expect(await slowly()).toMatch(/^No answer/);
    running.at(-1)!.resolve();
    expect(await slowly()).toBe('ok');
    expect(await slowly()).toBe('ok');
  });

  it('takes a late failure for the last outcome', async () => {
    await answered();
    expect(await slowly()).toBe('ok');
    running.at(-1)!.reject(new Error('late'));
    await jest.advanceTimersByTimeAsync(0);
    expect(await slowly()).toBe('late');
  });
});
