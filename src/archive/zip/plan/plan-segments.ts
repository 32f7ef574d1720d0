import { type Limits, LIMITS } from '../limits.js';
import { type Cut, cutSegments } from './cut-segments.js';
import { numberParts } from './part-numbers.js';
import { type Plan, type PlanEntry, type SegmentPlan } from './plan.js';
import type { PreparedFile } from '../../../contract/files.js';
import { type EntryOptions, planEntries } from './plan-entries.js';

export interface PlanOptions extends EntryOptions {
  /** Builds all entries in one segment, in the process that planned it. The plan object has no lines then. */
  oneSegment?: boolean;
  limits?: Limits;
}

/**
 * Plans an archive: entries in the order of the request, cut into segments that are built anywhere and in any order.
 * Local entries are position independent, because only the central directory holds offsets (APPNOTE 4.3.6).
 */
export function planSegments(files: readonly PreparedFile[], options: PlanOptions): Plan {
  const limits = options.limits ?? LIMITS;
  const entries = planEntries(files, options, limits);
  const cuts = cutSegments(entries, options.oneSegment ? unlimited(limits) : limits);
  const { partSize, numbers, tail } = numberParts(cuts, entries, limits);
  const lines = new PlanLines(options.oneSegment ? [] : entries);
  const segments = cuts.map((cut, index): SegmentPlan => {
    const { slice } = cut;
    return {
      index,
      lines: lines.add(cut),
      entries: cut.entries,
      bytes: slice ? slice.end - slice.start : bytesOf(entries, cut),
      numbers: numbers[index]!,
      ...(slice && { slice }),
    };
  });
  return { segments, partSize, tail, entries, lines: lines.chunks };
}

function unlimited(limits: Limits): Limits {
  return { ...limits, segmentBytes: Infinity, segmentEntries: Infinity };
}

function bytesOf(entries: readonly PlanEntry[], { first, entries: count }: Cut): number {
  let bytes = 0;
  for (let i = first; i < first + count; i++) bytes += entries[i]!.size;
  return bytes;
}

/** Collects the lines of the plan object. All slices of an entry share its line. */
class PlanLines {
  readonly chunks: Buffer[] = [];
  private size = 0;
  private last = { start: 0, end: 0 };

  constructor(private readonly entries: readonly PlanEntry[]) {}

  add({ first, entries: count, slice }: Cut): { start: number; end: number } {
    if (slice && slice.index > 0) return this.last;
    const own = this.entries.slice(first, first + count);
    const chunk = Buffer.from(own.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
    this.chunks.push(chunk);
    this.last = { start: this.size, end: this.size + chunk.length };
    this.size += chunk.length;
    return this.last;
  }
}
