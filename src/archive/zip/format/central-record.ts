import { dosDateTime } from './dos-time.js';
import * as format from './entry-format.js';

/** An entry of the central directory. */
export interface CentralRecord extends format.EntryFormat {
  /** Position of the local header in the archive. */
  offset: number;
}

const SIGNATURE = 0x02014b50;
const FIXED_SIZE = 46;
/** Unix (APPNOTE 4.4.2), so that unpackers apply the mode below. */
const MADE_BY = (3 << 8) | format.VERSION_ZIP64;
/** A regular file with mode 0644, in the high half (APPNOTE 4.4.15). Fixed, because sources tell no modes. */
const ATTRIBUTES = (0o100644 << 16) >>> 0;

/**
 * Returns the ZIP64 fields in the order of APPNOTE 4.5.3: all when one overflows. UnZip 6.0 takes a field for a size when
 * the entry before had exactly 4 GiB - 1 bytes, and finds it only if all are there.
 */
function zip64Fields({ size, packed, offset }: CentralRecord): number[] {
  const fields = [size, packed, offset];
  return fields.some((value) => value >= format.OVERFLOW_32) ? fields : [];
}

function zip64Size(fields: readonly number[]): number {
  return fields.length === 0 ? 0 : 4 + 8 * fields.length;
}

export function centralRecordSize(entry: CentralRecord): number {
  return FIXED_SIZE + Buffer.byteLength(entry.name) + format.TIME_EXTRA_SIZE + zip64Size(zip64Fields(entry));
}

/** Most bytes of a central record. */
export const MAX_CENTRAL_RECORD = FIXED_SIZE + format.MAX_NAME + format.TIME_EXTRA_SIZE + 28;

/** Writes a central directory header (APPNOTE 4.3.12) that fills `into`. A field in ZIP64 form has 0xFFFFFFFF here. */
export function writeCentralRecord(into: Buffer, entry: CentralRecord): void {
  const wide = zip64Fields(entry);
  const isWide = wide.length > 0;
  const nameSize = into.write(entry.name, FIXED_SIZE);
  into.writeUInt32LE(SIGNATURE, 0);
  into.writeUInt16LE(MADE_BY, 4);
  into.writeUInt16LE(entry.zip64 || isWide ? format.VERSION_ZIP64 : format.VERSION, 6);
  into.writeUInt16LE(format.flagsOf(entry), 8);
  into.writeUInt16LE(entry.method, 10);
  into.writeUInt32LE(dosDateTime(entry.time), 12);
  into.writeUInt32LE(entry.crc32, 16);
  into.writeUInt32LE(isWide ? format.OVERFLOW_32 : entry.packed, 20);
  into.writeUInt32LE(isWide ? format.OVERFLOW_32 : entry.size, 24);
  into.writeUInt16LE(nameSize, 28);
  into.writeUInt16LE(into.length - FIXED_SIZE - nameSize, 30);
  into.writeUInt32LE(0, 32);
  into.writeUInt16LE(0, 36);
  into.writeUInt32LE(ATTRIBUTES, 38);
  into.writeUInt32LE(isWide ? format.OVERFLOW_32 : entry.offset, 42);
  const extra = FIXED_SIZE + nameSize;
  format.writeTimeExtra(into, extra, entry.time);
  if (isWide) format.writeZip64Extra(into, extra + format.TIME_EXTRA_SIZE, wide);
}
