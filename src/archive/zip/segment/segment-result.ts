import type { MissingFile } from '../../../contract/files.js';
import type { Summed } from '../format/crc32.js';
import type { EntryFormat, Method } from '../format/entry-format.js';
import type { CentralRecord } from '../format/central-record.js';
import type { SentPart } from '../ports.js';

/** A part of the archive, with the CRC-32 of its bytes. */
export interface RecordedPart extends SentPart {
  crc32: number;
}

/** Bytes that the finish sends. */
export interface SideBytes extends Summed {
  name: string;
}

/** The outcome of a segment. It is the first line of the result object; the entries follow. */
export interface SegmentRecord {
  index: number;
  /** In the order of their numbers, which is that of the archive. */
  parts: RecordedPart[];
  /** The whole segment, when it is too small for a part. */
  fragment: SideBytes | null;
  /** The first bytes of a sliced entry behind its header, and the number of their part. */
  head: (SideBytes & { number: number }) | null;
  /** Position of the slice, when the segment is one. Its only entry has the sums of the slice. */
  slice: { index: number; of: number } | null;
  lost: MissingFile[];
  /** Entries; 0 for a slice. */
  included: number;
  /** Bytes of the segment, without the header of a sliced entry. */
  size: number;
}

/** An entry in a result object, compact because there are 100,000 of them. */
export type EntryLine = readonly [
  index: number,
  name: string,
  time: number,
  method: Method,
  crc32: number,
  packed: number,
  size: number,
  zip64: 0 | 1,
  offset: number,
];

/** An entry with its position in the request. Its offset counts from the beginning of its segment. */
export interface EntryRecord extends CentralRecord {
  index: number;
}

export function entryLine(index: number, entry: EntryFormat, offset: number): EntryLine {
  const { name, time, method, crc32, packed, size, zip64 } = entry;
  return [index, name, time, method, crc32, packed, size, zip64 ? 1 : 0, offset];
}

function parseEntryLine(line: string): EntryRecord {
  const [index, name, time, method, crc32, packed, size, zip64, offset] = JSON.parse(line) as EntryLine;
  return { index, name, time, method, crc32, packed, size, zip64: zip64 === 1, offset };
}

/** Collects the entries of a segment in their order. */
export class EntryLines {
  /** Text, because it takes half the memory of objects. */
  private readonly lines: string[] = [];

  get count(): number {
    return this.lines.length;
  }

  add(line: EntryLine): void {
    this.lines.push(JSON.stringify(line));
  }

  /** Keeps the place of an entry whose sums are not known yet. */
  reserve(): (line: EntryLine) => void {
    const at = this.lines.push('') - 1;
    return (line) => {
      this.lines[at] = JSON.stringify(line);
    };
  }

  /** Returns the result object. */
  resultOf(record: SegmentRecord): Buffer {
    return Buffer.from([JSON.stringify(record), ...this.lines, ''].join('\n'));
  }
}

/** A result object, with its entries unparsed. */
export interface SegmentResultObject {
  record: SegmentRecord;
  lines: Buffer;
}

export function parseResult(bytes: Buffer): SegmentResultObject {
  const end = bytes.indexOf('\n');
  return {
    record: JSON.parse(bytes.toString('utf8', 0, end)) as SegmentRecord,
    lines: bytes.subarray(end + 1),
  };
}

/** Parses the entries of a result object one by one. */
export function* entriesOf({ lines }: SegmentResultObject): Generator<EntryRecord> {
  for (let start = 0; start < lines.length;) {
    const end = lines.indexOf('\n', start);
    yield parseEntryLine(lines.toString('utf8', start, end));
    start = end + 1;
  }
}
