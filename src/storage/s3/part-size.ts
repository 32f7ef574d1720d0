const MIB = 1024 * 1024;

/** Limit of S3 for one upload. */
export const MAX_PARTS = 10_000;

const MIN_PART_BYTES = 8 * MIB;

/** Parts planned for the expected size. The rest is a reserve, in case the object is larger. */
const PLANNED_PARTS = 9_000;

/** Limit for parts that grow beyond the plan, because several parts are held in memory. */
const MAX_GROWN_PART_BYTES = 512 * MIB;

/** Returns the part size in bytes, in whole MiB, with which `expectedSize` bytes fill at most 9,000 parts. */
export function plannedPartSize(expectedSize = 0): number {
  return Math.max(MIN_PART_BYTES, Math.ceil(expectedSize / PLANNED_PARTS / MIB) * MIB);
}

/**
 * Returns the size of part `number` (from 1) in bytes, when the parts before it have `sent` bytes. Up to the expected
 * size all parts have the same size, which some stores require. Beyond it, parts grow so that the remaining parts can
 * hold as much as was already sent. Thus an object of unknown size does not run out of parts.
 */
export function partSize(number: number, sent: number, expectedSize = 0): number {
  const planned = plannedPartSize(expectedSize);
  if (sent < expectedSize) return planned;
  const remainingParts = Math.max(1, MAX_PARTS - number + 1);
  const grown = Math.ceil(sent / remainingParts / MIB) * MIB;
  return Math.max(planned, Math.min(grown, MAX_GROWN_PART_BYTES));
}
