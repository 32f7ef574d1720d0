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

/** Returns the fields that overflow, in the order of APPNOTE 4.5.3. */
function overflowing({ size, packed, offset }: CentralRecord): number[] {
  return [size, packed, offset].filter((value) => value >= format.OVERFLOW_32);
}

function zip64Size(fields: readonly number[]): number {
  return fields.length === 0 ? 0 : 4 + 8 * fields.length;
}

export function centralRecordSize(entry: CentralRecord): number {
  return FIXED_SIZE + Buffer.byteLength(entry.name) + format.TIME_EXTRA_SIZE + zip64Size(overflowing(entry));
}

/** Most bytes of a central record. */
export const MAX_CENTRAL_RECORD = FIXED_SIZE + format.MAX_NAME + format.TIME_EXTRA_SIZE + 28;

/** Writes a central directory header (APPNOTE 4.3.12) that fills `into`. ZIP64 fields are those that overflow, no more. */
export function writeCentralRecord(into: Buffer, entry: CentralRecord): void {
  const wide = overflowing(entry);
  const nameSize = into.write(entry.name, FIXED_SIZE);
  into.writeUInt32LE(SIGNATURE, 0);
  into.writeUInt16LE(MADE_BY, 4);
  into.writeUInt16LE(entry.zip64 || wide.length > 0 ? format.VERSION_ZIP64 : format.VERSION, 6);
  into.writeUInt16LE(format.flagsOf(entry), 8);
  into.writeUInt16LE(entry.method, 10);
  into.writeUInt32LE(dosDateTime(entry.time), 12);
  into.writeUInt32LE(entry.crc32, 16);
  into.writeUInt32LE(Math.min(entry.packed, format.OVERFLOW_32), 20);
  into.writeUInt32LE(Math.min(entry.size, format.OVERFLOW_32), 24);
  into.writeUInt16LE(nameSize, 28);
  into.writeUInt16LE(into.length - FIXED_SIZE - nameSize, 30);
  into.fill(0, 32, 38);
  into.writeUInt32LE(ATTRIBUTES, 38);
  into.writeUInt32LE(Math.min(entry.offset, format.OVERFLOW_32), 42);
  const extra = FIXED_SIZE + nameSize;
  format.writeTimeExtra(into, extra, entry.time);
  if (wide.length > 0) writeZip64(into, extra + format.TIME_EXTRA_SIZE, wide);
}

function writeZip64(into: Buffer, at: number, fields: readonly number[]): void {
  into.writeUInt16LE(format.ZIP64_EXTRA, at);
  into.writeUInt16LE(8 * fields.length, at + 2);
  fields.forEach((value, i) => format.writeUInt64(into, value, at + 4 + 8 * i));
}
