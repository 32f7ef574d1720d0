import { localHeaderSize, needsZip64 } from '../format/local-header.js';
import { isSliceable, mayDeflate, type PlanEntry, type Slice } from './plan.js';
import type { Limits } from '../limits.js';

/** A run of entries, or one slice of one entry. */
export interface Cut {
  /** Position of the first entry. */
  first: number;
  entries: number;
  slice?: Slice;
}

/**
 * The store moves the bytes of a copied entry, so they cost the worker little. Not more: each segment reads and sends one
 * part, and in an archive of copied files all together should stay below 0.1 % of it.
 */
const COPIED_WEIGHT = 1 / 64;
/** A segment may exceed its size by this factor before it is cut. */
const TOLERANCE = 1.25;
const GROWTH = 1.25;

/** Cuts entries into segments, larger ones when there would be too many. */
export function cutSegments(entries: readonly PlanEntry[], limits: Limits): Cut[] {
  let { segmentBytes, segmentEntries } = limits;
  for (;;) {
    const cuts = new Cutter(entries, { ...limits, segmentBytes, segmentEntries }).cut();
    if (cuts.length <= limits.maxSegments) return cuts;
    segmentBytes *= GROWTH;
    segmentEntries *= GROWTH;
  }
}

class Cutter {
  private readonly cuts: Cut[] = [];
  private run = { first: 0, entries: 0, bytes: 0, weight: 0 };

  constructor(
    private readonly entries: readonly PlanEntry[],
    private readonly limits: Limits,
  ) {}

  cut(): Cut[] {
    this.entries.forEach((entry, position) => {
      if (this.isSliced(entry)) this.addSlices(entry, position);
      else this.addToRun(entry, position);
    });
    this.closeRun(this.entries.length);
    return this.cuts;
  }

  private isSliced(entry: PlanEntry): boolean {
    return entry.size > this.limits.segmentBytes * TOLERANCE && !entry.copied && isSliceable(entry);
  }

  /** A slice shares its segment with nothing, so that a lost entry takes no other one with it. */
  private addSlices({ size }: PlanEntry, position: number): void {
    this.closeRun(position);
    const of = Math.ceil(size / this.limits.segmentBytes);
    const units = Math.ceil(size / this.limits.unit);
    const startOf = (index: number) => Math.min(size, Math.floor((units * index) / of) * this.limits.unit);
    for (let index = 0; index < of; index++) {
      const slice = { index, of, start: startOf(index), end: startOf(index + 1) };
      this.cuts.push({ first: position, entries: 1, slice });
    }
    this.startRun(position + 1);
  }

  private addToRun(entry: PlanEntry, position: number): void {
    const { segmentBytes, segmentEntries, minPart } = this.limits;
    const weight = entry.copied ? entry.size * COPIED_WEIGHT : entry.size;
    if (this.run.bytes >= minPart && this.run.weight + weight > segmentBytes * TOLERANCE)
      this.closeRun(position);
    this.run.entries += 1;
    this.run.bytes += entry.size + localHeaderSize({ name: entry.name, zip64: zip64Of(entry) });
    this.run.weight += weight;
    const isFull = this.run.weight >= segmentBytes || this.run.entries >= segmentEntries;
    if (isFull && this.run.bytes >= minPart) this.closeRun(position + 1);
  }

  /** Closes the run before `end`. One too small for a part joins the run before it. */
  private closeRun(end: number): void {
    const { first, entries, bytes } = this.run;
    const before = this.cuts.at(-1);
    if (entries > 0 && bytes < this.limits.minPart && before && !before.slice) before.entries += entries;
    else if (entries > 0) this.cuts.push({ first, entries });
    this.startRun(end);
  }

  private startRun(first: number): void {
    this.run = { first, entries: 0, bytes: 0, weight: 0 };
  }
}

/** Returns true when the local header of an entry has ZIP64 sizes. */
export function zip64Of(entry: PlanEntry): boolean {
  return needsZip64({ size: entry.size, mayDeflate: mayDeflate(entry) });
}
