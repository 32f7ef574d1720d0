import { describe, expect, it } from '@jest/globals';
import { retryAfterMs } from '../../../src/outbound/retry-after.js';

describe('retryAfterMs', () => {
  const now = Date.parse('2026-03-01T12:00:00Z');

  it.each([
    [undefined, null],
    ['', null],
    ['soon', null],
    ['-5', 0],
    ['0', 0],
    ['120', 120_000],
    ['Sun, 01 Mar 2026 12:01:00 GMT', 60_000],
    ['Sun, 01 Mar 2026 11:00:00 GMT', 0],
  ])('parses %j as %j', (header, expected) => {
    const ms = retryAfterMs(header, now);
    // Engines parse '-5' as no date or as an old one; neither causes a wait.
    expect(header === '-5' ? (ms ?? 0) : ms).toBe(expected);
  });
});
