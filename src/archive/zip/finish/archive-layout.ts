import type { MissingFile } from '../../../contract/files.js';
import type { CentralRecord } from '../format/central-record.js';
import { combineAll } from '../format/crc32.js';
import type { EntryFormat } from '../format/entry-format.js';
import { localHeaderSize } from '../format/local-header.js';
import {
  type EntryRecord,
  entriesOf,
  type SegmentResultObject,
  type SideBytes,
} from '../segment/segment-result.js';

/** The first part of a sliced entry: bytes of a small segment before it, its header, and the kept bytes. */
export interface HeadPart {
  number: number;
  before: SideBytes | null;
  entry: EntryFormat;
  kept: SideBytes;
}

/** The places of all bytes in the archive, without those that the finish appends. */
export interface ArchiveLayout {
  /** Segments whose bytes are in the archive, in order. */
  segments: SegmentResultObject[];
  heads: HeadPart[];
  /** Small segments behind all others. */
  fragments: SideBytes[];
  lost: MissingFile[];
  /** Entries. */
  included: number;
  /** Bytes of all these. */
  size: number;
  /** Parses the entries, in the order of the request. */
  records(): Generator<CentralRecord>;
}

/**
 * Lays segments out in their order. A small segment in front of a sliced entry goes into the part with its header;
 * others go behind all segments. A sliced entry that lost a slice is left out with all its slices.
 */
export function layOut(results: readonly SegmentResultObject[]): ArchiveLayout {
  const layout = new Layout();
  for (const group of groupsOf(results)) layout.add(group);
  return layout.end();
}

/** Groups the slices of one entry. */
function groupsOf(results: readonly SegmentResultObject[]): SegmentResultObject[][] {
  const groups: SegmentResultObject[][] = [];
  for (const result of results) {
    const { slice } = result.record;
    if (slice && slice.index > 0) groups.at(-1)!.push(result);
    else groups.push([result]);
  }
  return groups;
}

class Layout {
  private readonly segments: SegmentResultObject[] = [];
  private readonly heads: HeadPart[] = [];
  private readonly fragments: SideBytes[] = [];
  private readonly lost: MissingFile[] = [];
  /** Positions of segments, in the order of the request. Those of fragments are not known before the end. */
  private readonly bases: { result: SegmentResultObject; sliced: EntryFormat | null; base: number | null }[] =
    [];
  private size = 0;
  private included = 0;
  /** A small segment that the next head can take. */
  private waiting: SideBytes | null = null;

  add(group: readonly SegmentResultObject[]): void {
    const lost = group.flatMap(({ record }) => record.lost);
    const [first] = group;
    if (first!.record.slice) {
      // Slices of one file report its loss one by one.
      if (lost.length > 0) this.lost.push(lost[0]!);
      else this.addSliced(group);
    } else {
      this.lost.push(...lost);
      this.addRun(first!);
    }
  }

  end(): ArchiveLayout {
    this.dropWaiting();
    const { segments, heads, fragments, lost, included } = this;
    const offsets = new Map<SideBytes, number>();
    for (const fragment of fragments) {
      offsets.set(fragment, this.size);
      this.size += fragment.size;
    }
    const bases = this.bases.map(({ result, sliced, base }) => ({
      result,
      sliced,
      base: base ?? offsets.get(result.record.fragment!)!,
    }));
    lost.sort((a, b) => a.index - b.index);
    return { segments, heads, fragments, lost, included, size: this.size, records: () => recordsOf(bases) };
  }

  private addRun(result: SegmentResultObject): void {
    this.dropWaiting();
    const { fragment, size, included } = result.record;
    this.included += included;
    this.bases.push({ result, sliced: null, base: fragment ? null : this.size });
    if (fragment) {
      this.waiting = fragment;
      return;
    }
    this.segments.push(result);
    this.size += size;
  }

  private addSliced(group: readonly SegmentResultObject[]): void {
    const [first] = group;
    const { head } = first!.record;
    const before = this.waiting;
    this.waiting = null;
    if (before) this.placeBefore(before);
    const entry = wholeEntry(group);
    this.included += 1;
    this.bases.push({ result: first!, sliced: entry, base: this.size });
    this.heads.push({ number: head!.number, before, entry, kept: head! });
    this.segments.push(...group);
    this.size += localHeaderSize(entry) + group.reduce((sum, { record }) => sum + record.size, 0);
  }

  private placeBefore(fragment: SideBytes): void {
    const at = this.bases.find(({ result }) => result.record.fragment === fragment);
    at!.base = this.size;
    this.size += fragment.size;
  }

  private dropWaiting(): void {
    if (this.waiting) this.fragments.push(this.waiting);
    this.waiting = null;
  }
}

/** Adds up the sums of the slices of an entry. */
function wholeEntry(slices: readonly SegmentResultObject[]): EntryFormat {
  const parts = slices.map((slice) => [...entriesOf(slice)][0]!);
  const { crc32, size } = combineAll(parts);
  return { ...parts[0]!, crc32, size, packed: parts.reduce((sum, part) => sum + part.packed, 0) };
}

function* recordsOf(
  bases: readonly { result: SegmentResultObject; sliced: EntryFormat | null; base: number }[],
): Generator<CentralRecord> {
  for (const { result, sliced, base } of bases) {
    if (sliced) yield { ...sliced, offset: base };
    else for (const record of entriesOf(result)) yield shifted(record, base);
  }
}

function shifted(record: EntryRecord, base: number): CentralRecord {
  record.offset += base;
  return record;
}
