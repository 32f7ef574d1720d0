/** Compression methods (APPNOTE 4.4.5). */
export const STORED = 0;
export const DEFLATED = 8;
export type Method = typeof STORED | typeof DEFLATED;

/** An entry as both of its headers describe it. */
export interface EntryFormat {
  /** Safe, and unique within the archive. */
  name: string;
  /** Modification time in seconds since 1970. */
  time: number;
  method: Method;
  crc32: number;
  /** Bytes in the archive. */
  packed: number;
  /** Bytes of the file. */
  size: number;
  /** True when the local header has ZIP64 sizes. */
  zip64: boolean;
}

/** A 32-bit field with this value refers to the ZIP64 field (APPNOTE 4.4.8). */
export const OVERFLOW_32 = 0xffffffff;
/** A 16-bit field with this value refers to the ZIP64 field. */
export const OVERFLOW_16 = 0xffff;

/** Longest name in UTF-8 bytes. Names of this service have at most 1,024. */
export const MAX_NAME = 1_024;

/** Version 2.0 knows deflate, 4.5 ZIP64 (APPNOTE 4.4.3). */
export const VERSION = 20;
export const VERSION_ZIP64 = 45;

const ZIP64_EXTRA = 0x0001;
const TIME_EXTRA = 0x5455;
/** Extended timestamp with the modification time alone: header, flags and 32-bit seconds (APPNOTE 4.6, Info-ZIP). */
export const TIME_EXTRA_SIZE = 9;

/** Bit 11, names in UTF-8 (APPNOTE 4.4.4, appendix D). Older programs read an ASCII name best without it. */
export function flagsOf({ name }: { name: string }): number {
  // eslint-disable-next-line no-control-regex -- tests for ASCII
  return /^[\u0000-\u007f]*$/.test(name) ? 0 : 0x0800;
}

/** Writes the extended timestamp at `at`. Its seconds are signed 32-bit, so later times become the last one. */
export function writeTimeExtra(into: Buffer, at: number, time: number): void {
  into.writeUInt16LE(TIME_EXTRA, at);
  into.writeUInt16LE(TIME_EXTRA_SIZE - 4, at + 2);
  into.writeUInt8(1, at + 4);
  into.writeInt32LE(Math.min(Math.max(Math.floor(time), 0), 0x7fffffff), at + 5);
}

/** Writes a 64-bit integer. Two 32-bit writes are several times as fast as a BigInt. */
export function writeUInt64(into: Buffer, value: number, at: number): void {
  into.writeUInt32LE(value % 0x1_0000_0000, at);
  into.writeUInt32LE(Math.floor(value / 0x1_0000_0000), at + 4);
}

/** Writes the ZIP64 field with these 64-bit integers at `at` (APPNOTE 4.5.3). */
export function writeZip64Extra(into: Buffer, at: number, values: readonly number[]): void {
  into.writeUInt16LE(ZIP64_EXTRA, at);
  into.writeUInt16LE(8 * values.length, at + 2);
  values.forEach((value, i) => writeUInt64(into, value, at + 4 + 8 * i));
}
