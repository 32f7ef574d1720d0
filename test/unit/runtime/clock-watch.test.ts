import { beforeEach, describe, expect, it } from '@jest/globals';
import { ClockWatch } from '../../../src/runtime/clock-watch.js';

const HOUR_MS = 3_600_000;

describe('ClockWatch', () => {
  let lines: string[];
  let now: number;
  let clock: ClockWatch;
  beforeEach(() => {
    [lines, now] = [[], 0];
    const log = (_: object, message: string) => void lines.push(message);
    clock = new ClockWatch('Temporal', { info: log, warn: log }, () => now);
  });

  it.each([
    [HOUR_MS, '3,600 s ahead of the clock of Temporal. Archives, links and tokens expire early.'],
    [
      -HOUR_MS,
      '3,600 s behind the clock of Temporal. Archives, links and tokens expire late, or are rejected.',
    ],
  ])('warns of a clock that is %d ms ahead', (aheadMs, text) => {
    clock.observe(aheadMs);
    expect(lines).toEqual([`The clock of this machine is ${text} Synchronize both clocks with NTP.`]);
  });

  it('repeats its warning after an hour, and reports the end', () => {
    for (now = 0; now <= HOUR_MS; now += HOUR_MS / 4) clock.observe(HOUR_MS);
    expect(lines).toHaveLength(2);
    clock.observe(0);
    clock.observe(0);
    expect(lines.slice(2)).toEqual(['The clock of this machine agrees with the clock of Temporal again.']);
    clock.observe(HOUR_MS);
    expect(lines).toHaveLength(4);
  });

  it.each([
    ['within the tolerance', 30_000, 30_000],
    ['that may be zero', -HOUR_MS, HOUR_MS],
    ['without a lower bound', -Infinity, HOUR_MS],
    ['that contradicts itself', HOUR_MS, 0],
  ])('accepts a difference %s', (_, atLeastMs, atMostMs) => {
    clock.observe(atLeastMs, atMostMs);
    expect(lines).toEqual([]);
  });

  it('does not call an uncertain difference agreement', () => {
    clock.observe(HOUR_MS);
    clock.observe(-Infinity, HOUR_MS);
    clock.observe(HOUR_MS, 0);
    expect(lines).toHaveLength(1);
  });
});
