import type { Limits } from '../../../src/archive/zip/limits.js';

/** Limits in the proportions of the real ones, small enough for thousands of archives in a test. */
export const SMALL_LIMITS: Limits = {
  minPart: 256,
  partSize: 1_600,
  largePart: 3_200,
  maxParts: 10_000,
  unit: 64,
  segmentBytes: 4_096,
  segmentEntries: 5,
  maxSegments: 20,
  block: 512,
  minCopy: 1_024,
  maxCopy: 2_048,
};
