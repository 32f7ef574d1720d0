const MIB = 1024 * 1024;

/** What S3 allows in one upload. */
export const MAX_PARTS = 10_000;

const SMALLEST = 8 * MIB;

/** Parts that the expected bytes fill; the rest is in reserve for an object that turns out larger. */
const PLANNED_PARTS = 9_000;

/** Above this a part is no longer something to hold in memory a few times, unless the plan itself asks for it. */
const LARGEST_GROWN = 512 * MIB;

/** The part size with which `expectedSize` bytes fill 9,000 parts at most, whole MiB. */
export function plannedPartSize(expectedSize = 0): number {
  return Math.max(SMALLEST, Math.ceil(expectedSize / PLANNED_PARTS / MIB) * MIB);
}

/**
 * Size of part `number` (from 1), when `sent` bytes are in the parts before it. As long as no more was sent than
 * expected all parts are of one size, which some stores demand. Beyond, the parts that are left must be able to take
 * as much again as was sent, so that an object of unknown size does not run out of parts.
 */
export function partSize(number: number, sent: number, expectedSize = 0): number {
  const planned = plannedPartSize(expectedSize);
  if (sent < expectedSize) return planned;
  const partsLeft = Math.max(1, MAX_PARTS - number + 1);
  const grown = Math.ceil(sent / partsLeft / MIB) * MIB;
  return Math.max(planned, Math.min(grown, LARGEST_GROWN));
}
