import { describe, expect, it } from '@jest/globals';
import { MAX_PARTS, partSize, plannedPartSize } from '../../../../src/storage/s3/part-size.js';

const MIB = 1024 ** 2;
const GIB = 1024 ** 3;

/** Returns the sizes of all parts of an object with `actual` bytes. */
function cut(actual: number, expected?: number): number[] {
  const sizes: number[] = [];
  for (let sent = 0; sent < actual; sent += sizes.at(-1)!) {
    sizes.push(Math.min(partSize(sizes.length + 1, sent, expected), actual - sent));
  }
  return sizes;
}

describe('partSize', () => {
  it('plans 8 MiB for small objects', () => {
    expect(plannedPartSize()).toBe(8 * MIB);
    expect(plannedPartSize(1)).toBe(8 * MIB);
    expect(plannedPartSize(70 * GIB)).toBe(8 * MIB);
  });

  it('plans whole MiB that grow with the expected size', () => {
    expect(plannedPartSize(100 * GIB)).toBe(12 * MIB);
    expect(plannedPartSize(5 * 1024 * GIB) % MIB).toBe(0);
  });

  it.each([1, 8 * MIB, 70 * GIB, 100 * GIB, 5 * 1024 * GIB])(
    'cuts %d expected bytes into at most 9,000 equal parts',
    (size) => {
      const sizes = cut(size, size);
      expect(new Set(sizes.slice(0, -1)).size).toBeLessThanOrEqual(1);
      expect(sizes.length).toBeLessThanOrEqual(9_001);
    },
  );

  it.each([
    [100 * GIB, undefined],
    [500 * GIB, undefined],
    [100 * GIB, 10 * MIB],
    [250 * GIB, 100 * GIB],
    [110 * GIB, 100 * GIB],
  ])('fits %d bytes when %d were expected', (actual, expected) => {
    const sizes = cut(actual, expected);
    expect(sizes.length).toBeLessThanOrEqual(MAX_PARTS);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(512 * MIB);
    expect(Math.min(...sizes.slice(0, -1))).toBeGreaterThanOrEqual(5 * MIB);
  });

  it('stays at 8 MiB for a small unknown size', () => {
    expect(new Set(cut(30 * GIB).slice(0, -1))).toEqual(new Set([8 * MIB]));
  });
});
