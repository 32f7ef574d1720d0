import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { TokenBucket } from '../../../src/concurrency/token-bucket.js';

describe('TokenBucket', () => {
  afterEach(() => void jest.restoreAllMocks());

  it('refills over time, up to one burst', () => {
    let now = 0;
    const bucket = new TokenBucket(10, 3, () => now);
    const taken = () => Array.from({ length: 5 }, () => bucket.take()).filter(Boolean).length;
    expect(taken()).toBe(3);
    now += 100;
    expect(taken()).toBe(1);
    now += 60_000;
    expect(taken()).toBe(3);
  });

  it('takes tokens that were added', () => {
    const bucket = new TokenBucket(0, 2, () => 0);
    while (bucket.take());
    for (let i = 0; i < 100; i++) bucket.add(0.5);
    expect([bucket.take(), bucket.take(), bucket.take()]).toEqual([true, true, false]);
  });

  it('recovers when the clock is set back', () => {
    let now = 10_000;
    const bucket = new TokenBucket(10, 3, () => now);
    now = 0;
    expect(bucket.take()).toBe(false);
    now = 200;
    expect(bucket.take()).toBe(true);
  });

  it.each([-3_600_000, 3_600_000])('ignores a step of the wall clock by %i ms', (step) => {
    let now = Date.now();
    jest.spyOn(Date, 'now').mockImplementation(() => now);
    const bucket = new TokenBucket(0.001, 2);
    expect(bucket.take()).toBe(true);
    now += step;
    expect([bucket.take(), bucket.take()]).toEqual([true, false]);
  });
});
