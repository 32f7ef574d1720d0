import { describe, expect, it } from '@jest/globals';
import { durationText, fileCountText, sizeText } from '../../../src/contract/quantities.js';

describe('quantities', () => {
  it.each([
    [sizeText(0), '0 B'],
    [sizeText(999), '999 B'],
    [sizeText(1_234), '1.2 kB'],
    [sizeText(1_200_000_000), '1.2 GB'],
    [sizeText(5e15), '5,000 TB'],
    [durationText(250), '0.3 s'],
    [durationText(42_000), '42 s'],
    [durationText(90_000), '1.5 min'],
    [durationText(6 * 3_600_000), '6 h'],
    [durationText(36 * 3_600_000), '1.5 d'],
    [fileCountText(1), '1 file'],
    [fileCountText(10_000), '10,000 files'],
  ])('reads %s', (text, expected) => {
    expect(text).toBe(expected);
  });
});
