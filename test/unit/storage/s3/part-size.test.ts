import { describe, expect, test } from '@jest/globals';
import { MAX_PARTS, partSize, plannedPartSize } from '../../../../src/storage/s3/part-size.js';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** The sizes of all parts of an object that turns out to have `actual` bytes. */
function cut(actual: number, expected?: number): number[] {
  const sizes: number[] = [];
  for (let sent = 0; sent < actual; sent += sizes.at(-1)!) {
    sizes.push(Math.min(partSize(sizes.length + 1, sent, expected), actual - sent));
  }
  return sizes;
}

describe('the size of parts', () => {
  test('is 8 MiB for anything small', () => {
    expect(plannedPartSize()).toBe(8 * MIB);
    expect(plannedPartSize(1)).toBe(8 * MIB);
    expect(plannedPartSize(70 * GIB)).toBe(8 * MIB);
  });

  test('grows with the expected size, in whole MiB', () => {
    expect(plannedPartSize(100 * GIB)).toBe(12 * MIB);
    expect(plannedPartSize(5 * 1024 * GIB) % MIB).toBe(0);
  });

  test.each([1, 8 * MIB, 70 * GIB, 100 * GIB, 5 * 1024 * GIB])(
    'is one and the same for %d bytes that were expected, in 9,000 parts at most',
    (size) => {
      const sizes = cut(size, size);
      expect(new Set(sizes.slice(0, -1)).size).toBeLessThanOrEqual(1);
      expect(sizes.length).toBeLessThanOrEqual(9_001);
    },
  );

  test.each([
    [100 * GIB, undefined],
    [500 * GIB, undefined],
    [100 * GIB, 10 * MIB],
    [250 * GIB, 100 * GIB],
    [110 * GIB, 100 * GIB],
  ])('%d bytes fit though %d were expected', (actual, expected) => {
    const sizes = cut(actual, expected);
    expect(sizes.length).toBeLessThanOrEqual(MAX_PARTS);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(512 * MIB);
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(5 * MIB);
  });

  test('stays small while an object of unknown size is small', () => {
    expect(new Set(cut(30 * GIB).slice(0, -1))).toEqual(new Set([8 * MIB]));
  });
});
