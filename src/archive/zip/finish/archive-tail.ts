import { MISSING_MANIFEST_NAME } from '../../missing-manifest.js';
import {
  type CentralRecord,
  centralRecordSize,
  MAX_CENTRAL_RECORD,
  writeCentralRecord,
} from '../format/central-record.js';
import { crc32 } from '../format/crc32.js';
import { endRecords } from '../format/end-records.js';
import { type EntryFormat, STORED } from '../format/entry-format.js';
import { localHeaderSize, writeLocalHeader } from '../format/local-header.js';
import type { ArchiveLayout } from './archive-layout.js';

/** The manifest of missing files. */
export interface Manifest {
  bytes: Uint8Array;
  /** Seconds since 1970. */
  time: number;
}

const BLOCK = 64 * 1024;

/**
 * Yields the last bytes of the archive: manifest, central directory and end records (APPNOTE 4.3.6).
 */
export function* archiveTail(layout: ArchiveLayout, manifest: Manifest | null): Generator<Buffer> {
  let offset = layout.size;
  const added: CentralRecord[] = [];
  if (manifest) {
    const entry = manifestFormat(manifest);
    const header = localHeader(entry);
    added.push({ ...entry, offset });
    offset += header.length + manifest.bytes.length;
    yield header;
    yield Buffer.from(manifest.bytes);
  }
  let size = 0;
  let entries = 0;
  for (const block of directoryBlocks(layout.records(), added)) {
    size += block.bytes.length;
    entries += block.entries;
    yield block.bytes;
  }
  yield endRecords({ offset, size, entries });
}

/** Returns a local header by itself. */
export function localHeader(entry: EntryFormat): Buffer {
  const header = Buffer.alloc(localHeaderSize(entry));
  writeLocalHeader(header, entry);
  return header;
}

function manifestFormat({ bytes, time }: Manifest): EntryFormat {
  return {
    name: MISSING_MANIFEST_NAME,
    time,
    method: STORED,
    crc32: crc32(bytes),
    packed: bytes.length,
    size: bytes.length,
    zip64: false,
  };
}

function* directoryBlocks(
  records: Iterable<CentralRecord>,
  added: readonly CentralRecord[],
): Generator<{ bytes: Buffer; entries: number }> {
  let block = { bytes: Buffer.allocUnsafe(BLOCK), used: 0, entries: 0 };
  const taken = () => ({ bytes: block.bytes.subarray(0, block.used), entries: block.entries });
  for (const record of both(records, added)) {
    const size = centralRecordSize(record);
    if (block.used + MAX_CENTRAL_RECORD > BLOCK) {
      yield taken();
      block = { bytes: Buffer.allocUnsafe(BLOCK), used: 0, entries: 0 };
    }
    writeCentralRecord(block.bytes.subarray(block.used, block.used + size), record);
    block.used += size;
    block.entries += 1;
  }
  yield taken();
}

function* both<T>(first: Iterable<T>, second: Iterable<T>): Generator<T> {
  yield* first;
  yield* second;
}
