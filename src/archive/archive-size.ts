import type { ArchiveFormat } from '../contract/job.js';

/** The name and size of an entry, from which the archive size is computed. */
export interface SizedEntry {
  name: string;
  /** Bytes. */
  size: number;
}

/** Local header, data descriptor and central directory header, with Zip64 fields in all of them (APPNOTE 6.3.10, 4.3). */
const ZIP_ENTRY = 30 + 24 + 46 + 2 * 64;
/** End of central directory record, with its Zip64 record and locator. */
const ZIP_END = 22 + 20 + 56;

const TAR_BLOCK = 512;
/** A ustar header, plus a pax header and its records for names and sizes that do not fit. */
const TAR_ENTRY = 3 * TAR_BLOCK;
const TAR_END = 20 * TAR_BLOCK;

/** Returns an upper bound of the archive size in bytes: the size when no entry can be compressed. */
export function archiveSizeBound(format: ArchiveFormat, entries: readonly SizedEntry[]): number {
  if (format === 'zip') {
    return (
      ZIP_END + sum(entries, ({ name, size }) => ZIP_ENTRY + 2 * Buffer.byteLength(name) + deflateBound(size))
    );
  }
  const tar =
    TAR_END + sum(entries, ({ name, size }) => TAR_ENTRY + padded(Buffer.byteLength(name)) + padded(size));
  return format === 'tar' ? tar : deflateBound(tar);
}

/** Returns the deflated size of incompressible bytes with default settings: `compressBound` of zlib.h, rounded up. */
function deflateBound(size: number): number {
  return size + Math.ceil(size / 4_096) + Math.ceil(size / 16_384) + 64;
}

function padded(size: number): number {
  return Math.ceil(size / TAR_BLOCK) * TAR_BLOCK;
}

function sum(entries: readonly SizedEntry[], bytesOf: (entry: SizedEntry) => number): number {
  return entries.reduce((total, entry) => total + bytesOf(entry), 0);
}
