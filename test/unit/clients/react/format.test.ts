import { describe, expect, it } from '@jest/globals';
import {
  formatBytes,
  formatCountdown,
  formatDuration,
  formatTime,
  plural,
} from '../../../../clients/src/react/format.js';

describe('format', () => {
  it.each([
    [0, '0 B'],
    [342, '342 B'],
    [999, '999 B'],
    [1_000, '1 kB'],
    [13_400, '13 kB'],
    [999_499, '999 kB'],
    [999_500, '1 MB'],
    [540e6, '540 MB'],
    [1.2e9, '1.2 GB'],
    [9.96e9, '10 GB'],
    [3e18, '3,000 PB'],
  ])('formats %d bytes', (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it('formats bytes of another language', () => {
    expect(formatBytes(1.2e9, 'de')).toBe('1,2 GB');
  });

  it.each([
    [5, '5 s'],
    [180, '3 min'],
    [3_600, '1 h'],
    [4_800, '1 h 20 min'],
  ])('formats %d seconds', (seconds, text) => {
    expect(formatDuration(seconds)).toBe(text);
  });

  it.each([
    [-1, '0:00'],
    [11_001, '0:12'],
    [61_000, '1:01'],
  ])('formats a countdown of %d ms', (ms, text) => {
    expect(formatCountdown(ms)).toBe(text);
  });

  it('formats near times by weekday', () => {
    const at = new Date(2026, 0, 6, 14, 5).getTime();
    expect(formatTime(at, 'en-GB', at - 1_000)).toBe('Tue 14:05');
    expect(formatTime(at, 'en-US', at - 1_000)).toMatch(/^Tue 2:05.PM$/);
    expect(formatTime(at, 'en-GB', 0)).toBe('6 Jan 2026 14:05');
  });

  it('follows the plural rules of the language', () => {
    const forms = { one: 'plik', few: 'pliki', other: 'plików' };
    expect([1, 2, 5].map((count) => plural(count, forms, 'pl'))).toEqual(['1 plik', '2 pliki', '5 plików']);
  });
});
