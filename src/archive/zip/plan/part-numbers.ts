import { MAX_CENTRAL_RECORD } from '../format/central-record.js';
import { worstDeflatedSize } from '../format/deflate-bound.js';
import { MAX_END_RECORDS } from '../format/end-records.js';
import { MAX_LOCAL_HEADER } from '../format/local-header.js';
import type { Limits } from '../limits.js';
import type { Cut } from './cut-segments.js';
import { mayDeflate, type PartNumbers, type PlanEntry } from './plan.js';

export interface NumberedParts {
  /** Bytes. */
  partSize: number;
  /** One range for each segment. */
  numbers: PartNumbers[];
  /** The first number behind all segments. */
  tail: number;
}

/** Numbers that a segment has in reserve. */
const RESERVE = 2;
/** A copied entry ends the part before it, and its joint and its rest are parts. */
const PER_COPY = 3;
/** Bytes for a lost file in the manifest. */
const PER_LOST = 512;

/** Chooses the smallest part size with which the worst case of all segments and the tail fits into the part numbers. */
export function numberParts(
  cuts: readonly Cut[],
  entries: readonly PlanEntry[],
  limits: Limits,
): NumberedParts {
  const needs = cuts.map((cut) => needOf(cut, entries, limits));
  const tailBytes = tailBound(needs, entries.length, limits);
  const fit = (partSize: number, halves: 1 | 2): NumberedParts | null => {
    const numbers = rangesOf(needs, partSize, halves);
    const tail = 1 + numbers.reduce((sum, range) => sum + range.count * halves, 0);
    const last = tail + Math.ceil(tailBytes / partSize) + RESERVE;
    return last <= limits.maxParts ? { partSize, numbers, tail } : null;
  };
  for (let size = limits.partSize; size <= limits.largePart; size += limits.unit) {
    const fitting = fit(size, 2);
    if (fitting) return fitting;
  }
  const bytes = needs.reduce((sum, need) => sum + need.bytes, tailBytes);
  for (let size = limits.partSize; size <= limits.partSize + bytes; size += limits.unit) {
    const fitting = fit(size, 1);
    if (fitting) return fitting;
  }
  throw new Error(`${cuts.length} segments need more than ${limits.maxParts} part numbers.`);
}

/** The most bytes that a segment sends, and the numbers that it needs besides. */
interface Need {
  bytes: number;
  extra: number;
  isRun: boolean;
}

/** Counts copied entries in full, because the segment reads them when the store tells other sums than the known ones. */
function needOf({ first, entries: count, slice }: Cut, entries: readonly PlanEntry[], limits: Limits): Need {
  const own = entries.slice(first, first + count);
  const bytes = own.reduce((sum, entry) => {
    const size = slice ? slice.end - slice.start : entry.size;
    return sum + MAX_LOCAL_HEADER + (mayDeflate(entry) ? worstDeflatedSize(size, limits.block) : size);
  }, 0);
  const copied = own.filter((entry) => entry.copied).length;
  // The head of a sliced entry is a part that is not full.
  return { bytes, extra: RESERVE + (slice ? 1 : PER_COPY * copied), isRun: !slice };
}

function rangesOf(needs: readonly Need[], partSize: number, halves: 1 | 2): PartNumbers[] {
  // A header that does not fit into a part ends it.
  const filled = partSize - MAX_LOCAL_HEADER;
  let first = 1;
  return needs.map(({ bytes, extra }) => {
    const range = { first, count: Math.ceil(bytes / filled) + extra, halves };
    first += range.count * halves;
    return range;
  });
}

/** Returns the most bytes behind all segments: runs that come out too small, manifest, central directory, end records. */
function tailBound(needs: readonly Need[], entries: number, { minPart }: Limits): number {
  const fragments = needs.filter(({ isRun }) => isRun).map(({ bytes }) => Math.min(bytes, minPart));
  const perEntry = MAX_CENTRAL_RECORD + PER_LOST;
  return fragments.reduce((sum, bytes) => sum + bytes, 0) + (entries + 1) * perEntry + MAX_END_RECORDS;
}
