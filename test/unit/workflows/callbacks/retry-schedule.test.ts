import { describe, expect, it } from '@jest/globals';
import { retryDelay } from '../../../../src/workflows/callbacks/retry-schedule.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** Returns the time of each attempt, in milliseconds since the first, for a receiver that never acknowledges. */
function attemptTimes(random: number, retryAfterMs: number | null = null): number[] {
  const at = [0];
  for (;;) {
    const delay = retryDelay(at.length, retryAfterMs, at.at(-1)!, random);
    if (delay === undefined) return at;
    at.push(at.at(-1)! + delay);
  }
}

describe('retryDelay', () => {
  it('starts at five seconds and ends within three days', () => {
    const at = attemptTimes(0);
    expect(at).toHaveLength(11);
    expect(at[1]).toBe(5 * SECOND);
    expect(at.at(-1)).toBeGreaterThan(71 * HOUR);
    expect(at.at(-1)).toBeLessThanOrEqual(72 * HOUR);
  });

  it('shortens a delay by up to a tenth', () => {
    expect(retryDelay(4, null, 0, 1)).toBe(27 * 60 * SECOND);
    expect(attemptTimes(1)).toHaveLength(11);
  });

  it('honors Retry-After between the schedule and a day', () => {
    expect(retryDelay(1, 2 * HOUR, 0, 0)).toBe(2 * HOUR);
    expect(retryDelay(1, 1, 0, 0)).toBe(5 * SECOND);
    expect(retryDelay(1, 1e12, 0, 0)).toBe(24 * HOUR);
    expect(attemptTimes(0, 1e12)).toHaveLength(4);
  });
});
