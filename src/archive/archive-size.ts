import type { ArchiveFormat, Compression } from '../contract/job.js';

/** What is in an archive, for how large that becomes. */
export interface SizedEntry {
  name: string;
  /** Bytes. */
  size: number;
}

/** Headers before and in the central directory, a data descriptor, and Zip64 fields in all of them (APPNOTE 6.3.10, 4.3). */
const ZIP_ENTRY = 30 + 24 + 46 + 2 * 64;
/** End of the central directory, in its Zip64 form too. */
const ZIP_END = 22 + 20 + 56;

const TAR_BLOCK = 512;
/** A header, and a pax header with its records for names and sizes that it has no room for. */
const TAR_ENTRY = 3 * TAR_BLOCK;
const TAR_END = 20 * TAR_BLOCK;

/** The most bytes an archive of these entries can have, which it has if none of them can be compressed. */
export function archiveSizeBound(
  format: ArchiveFormat,
  compression: Compression,
  entries: readonly SizedEntry[],
): number {
  if (format === 'zip') {
    const grown = compression === 'store' ? (size: number) => size : deflateBound;
    return ZIP_END + sum(entries, ({ name, size }) => ZIP_ENTRY + 2 * Buffer.byteLength(name) + grown(size));
  }
  const tar =
    TAR_END + sum(entries, ({ name, size }) => TAR_ENTRY + blocks(Buffer.byteLength(name)) + blocks(size));
  return format === 'tar' ? tar : deflateBound(tar);
}

/** What zlib makes of bytes that it cannot compress, in its default settings; as `compressBound` of zlib.h, rounded up. */
function deflateBound(size: number): number {
  return size + Math.ceil(size / 4_096) + Math.ceil(size / 16_384) + 64;
}

function blocks(size: number): number {
  return Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
}

function sum(entries: readonly SizedEntry[], bytesOf: (entry: SizedEntry) => number): number {
  return entries.reduce((total, entry) => total + bytesOf(entry), 0);
}
