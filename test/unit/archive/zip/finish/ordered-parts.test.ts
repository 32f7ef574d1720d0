import { describe, expect, it } from '@jest/globals';
import { orderedParts } from '../../../../../src/archive/zip/finish/ordered-parts.js';

const LIMITS = { minPart: 10, maxParts: 100 };

const parts = (...sizes: [number: number, size: number][]) =>
  sizes.map(([number, size]) => ({ number, size, etag: '"1"', crc32: null }));

describe('orderedParts', () => {
  it('sorts parts by number', () => {
    const sorted = orderedParts(parts([9, 1], [1, 10], [4, 20]), 31, LIMITS);
    expect(sorted.map(({ number }) => number)).toEqual([1, 4, 9]);
  });

  it.each([
    ['a small part before the last', parts([1, 9], [2, 10]), 19, 'Part 1 has only 9 bytes'],
    ['two parts of one number', parts([1, 10], [1, 10]), 20, 'one number'],
    ['a number past the last', parts([1, 10], [101, 10]), 20, 'a part 101'],
    ['bytes that lack', parts([1, 10], [2, 10]), 21, '20 bytes instead of 21'],
  ])('refuses %s', (_, given, size, message) => {
    expect(() => orderedParts(given, size, LIMITS)).toThrow(message);
  });
});
