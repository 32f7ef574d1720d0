import { describe, expect, it } from '@jest/globals';
import { pauseAfter } from '../../../../src/workflows/callbacks/retry-schedule.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** When each try is made, for a receiver that never acknowledges; milliseconds since the first. */
function tries(random: number, wishMs: number | null = null): number[] {
  const at = [0];
  for (;;) {
    const pause = pauseAfter(at.length, wishMs, at.at(-1)!, random);
    if (pause === undefined) return at;
    at.push(at.at(-1)! + pause);
  }
}

describe('the pauses between tries of a callback', () => {
  it('begin with five seconds and end within three days', () => {
    const at = tries(0);
    expect(at).toHaveLength(11);
    expect(at[1]).toBe(5 * SECOND);
    expect(at.at(-1)).toBeGreaterThan(71 * HOUR);
    expect(at.at(-1)).toBeLessThanOrEqual(72 * HOUR);
  });

  it('are shorter by up to a tenth, as the lot falls', () => {
    expect(pauseAfter(4, null, 0, 1)).toBe(27 * 60 * SECOND);
    expect(tries(1)).toHaveLength(11);
  });

  it('are as long as the receiver wishes, up to a day, and never shorter than planned', () => {
    expect(pauseAfter(1, 2 * HOUR, 0, 0)).toBe(2 * HOUR);
    expect(pauseAfter(1, 1, 0, 0)).toBe(5 * SECOND);
    expect(pauseAfter(1, 1e12, 0, 0)).toBe(24 * HOUR);
    expect(tries(0, 1e12)).toHaveLength(4);
  });
});
