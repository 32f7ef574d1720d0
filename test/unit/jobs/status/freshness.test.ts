import { describe, expect, it } from '@jest/globals';
import { maxAgeMs, pacedMs, pollFloorMs, POLLED_WITHIN_MS } from '../../../../src/jobs/status/freshness.js';

const MINUTE = 60_000;

describe('maxAgeMs', () => {
  it('is 5 % of the age of the job', () => {
    expect(maxAgeMs(2_000)).toBe(100);
  });

  it('is a second at most', () => {
    expect(maxAgeMs(MINUTE)).toBe(1_000);
  });
});

describe('pollFloorMs', () => {
  it('is half a second for few young jobs', () => {
    expect(pollFloorMs(1_000, 1)).toBe(500);
  });

  it('is never below the age of a view', () => {
    expect(pollFloorMs(MINUTE, 1)).toBe(maxAgeMs(MINUTE));
  });

  it('grows with the number of polled jobs', () => {
    expect(pollFloorMs(1_000, 1_600)).toBe(10_000);
  });

  it('grows after a stale view', () => {
    expect(pollFloorMs(1_000, 1, true)).toBe(2_000);
  });

  it('has a ceiling', () => {
    expect(pollFloorMs(1_000, 1_000_000)).toBe(30_000);
  });

  it('keeps every polled job counted', () => {
    const longestInterval = 2 * pacedMs(Infinity);
    expect(POLLED_WITHIN_MS / 2).toBeGreaterThanOrEqual(longestInterval);
  });
});
