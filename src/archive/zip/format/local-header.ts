import { worstDeflatedSize } from './deflate-bound.js';
import { dosDateTime } from './dos-time.js';
import * as format from './entry-format.js';

const SIGNATURE = 0x04034b50;
const FIXED_SIZE = 30;
/** Both sizes (APPNOTE 4.5.3: a local header must have both). */
const ZIP64_SIZE = 4 + 16;

/** Most bytes of a local header. */
export const MAX_LOCAL_HEADER = FIXED_SIZE + format.MAX_NAME + format.TIME_EXTRA_SIZE + ZIP64_SIZE;

/**
 * Returns true when the local header needs ZIP64 sizes, known before a byte is read: its length must not depend on the
 * deflated size, because places behind it are filled first.
 */
export function needsZip64({ size, mayDeflate }: { size: number; mayDeflate: boolean }): boolean {
  return (mayDeflate ? worstDeflatedSize(size) : size) >= format.OVERFLOW_32;
}

export function localHeaderSize({ name, zip64 }: Pick<format.EntryFormat, 'name' | 'zip64'>): number {
  return FIXED_SIZE + Buffer.byteLength(name) + format.TIME_EXTRA_SIZE + (zip64 ? ZIP64_SIZE : 0);
}

/**
 * Writes a local file header (APPNOTE 4.3.7) that fills `into`. Sum and sizes are in it, so that there is no data
 * descriptor: Java's ZipInputStream refuses stored entries with one.
 */
export function writeLocalHeader(into: Buffer, entry: format.EntryFormat): void {
  const nameSize = into.write(entry.name, FIXED_SIZE);
  into.writeUInt32LE(SIGNATURE, 0);
  into.writeUInt16LE(entry.zip64 ? format.VERSION_ZIP64 : format.VERSION, 4);
  into.writeUInt16LE(format.flagsOf(entry), 6);
  into.writeUInt16LE(entry.method, 8);
  into.writeUInt32LE(dosDateTime(entry.time), 10);
  into.writeUInt32LE(entry.crc32, 14);
  into.writeUInt32LE(entry.zip64 ? format.OVERFLOW_32 : entry.packed, 18);
  into.writeUInt32LE(entry.zip64 ? format.OVERFLOW_32 : entry.size, 22);
  into.writeUInt16LE(nameSize, 26);
  into.writeUInt16LE(into.length - FIXED_SIZE - nameSize, 28);
  const extra = FIXED_SIZE + nameSize;
  format.writeTimeExtra(into, extra, entry.time);
  if (entry.zip64) format.writeZip64Extra(into, extra + format.TIME_EXTRA_SIZE, [entry.size, entry.packed]);
}
