import type { FileId, PinnedSource } from '../../../contract/files.js';
import type { ByteSpan } from '../byte-span.js';

/** The method is settled by type, or by a sample of the bytes. */
export type PlannedMethod = 'store' | 'deflate' | 'sample';

/** One line of the plan object: a file with everything that its headers need, except sums. */
export interface PlanEntry {
  /** Position in the request. */
  index: number;
  fileId: FileId;
  /** Safe, and unique within the archive. */
  name: string;
  /** Bytes. */
  size: number;
  /** Modification time in seconds since 1970. */
  time: number;
  method: PlannedMethod;
  /** CRC-32 of the bytes; null when the store does not know it. */
  crc32: number | null;
  /** True when the store shall copy the bytes. */
  copied: boolean;
  source: PinnedSource;
}

/** A slice of one large entry: bytes `[start, end)` of the file. */
export interface Slice extends ByteSpan {
  /** From 0. */
  index: number;
  /** Slices of the entry. */
  of: number;
}

/** Part numbers of a segment: as many halves of `count` numbers from `first` on as there are. */
export interface PartNumbers {
  first: number;
  count: number;
  halves: 1 | 2;
}

/** One segment as the workflow carries it. */
export interface SegmentPlan {
  /** From 0. */
  index: number;
  /** Range of the plan object that holds the lines of its entries. */
  lines: ByteSpan;
  /** Entries, and bytes of their files. */
  entries: number;
  bytes: number;
  numbers: PartNumbers;
  /** Present when the segment is a slice of one entry. */
  slice?: Slice;
}

/** The plan without its lines. */
export interface PlanOutline {
  segments: SegmentPlan[];
  /** Bytes. */
  partSize: number;
  /** The first part number behind all segments. */
  tail: number;
}

export interface Plan extends PlanOutline {
  /** In the order of the request. */
  entries: PlanEntry[];
  /** The bytes of the plan object: JSON lines of `PlanEntry`. */
  lines: Buffer[];
}

/** Parses the lines of a segment. */
export function parsePlanLines(lines: Uint8Array): PlanEntry[] {
  const text = Buffer.from(lines.buffer, lines.byteOffset, lines.byteLength).toString();
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as PlanEntry);
}

/** Returns true when a file may end up deflated. */
export function mayDeflate({ method, size }: Pick<PlanEntry, 'method' | 'size'>): boolean {
  return method !== 'store' && size > 0;
}

/** Returns true when ranges of the file can be read side by side, all of one version. */
export function takesRanges({ source }: Pick<PlanEntry, 'source'>): boolean {
  return source.kind === 'object';
}

/**
 * Returns true when several segments can read slices of the file, all of one version. A segment reads the slice of a file
 * on another server as one stream, because that server would not expect a request for every block.
 */
export function isSliceable({ source }: Pick<PlanEntry, 'source'>): boolean {
  return source.kind === 'object' || (source.ranges && source.etag !== null);
}
