import { OVERFLOW_16, OVERFLOW_32, VERSION_ZIP64, writeUInt64 } from './entry-format.js';

/** The central directory: its position, bytes and entries. */
export interface CentralDirectory {
  offset: number;
  size: number;
  entries: number;
}

const ZIP64_END = 56;
const ZIP64_LOCATOR = 20;
const END = 22;

/** Returns the end of central directory record, behind its ZIP64 form where a field overflows (APPNOTE 4.3.14–4.3.16). */
export function endRecords(directory: CentralDirectory): Buffer {
  const { offset, size, entries } = directory;
  const wide = entries >= OVERFLOW_16 || size >= OVERFLOW_32 || offset >= OVERFLOW_32;
  return Buffer.concat(
    wide ? [zip64End(directory), locator(offset + size), end(directory)] : [end(directory)],
  );
}

/** Most bytes of the end records. */
export const MAX_END_RECORDS = ZIP64_END + ZIP64_LOCATOR + END;

function zip64End({ offset, size, entries }: CentralDirectory): Buffer {
  const record = Buffer.alloc(ZIP64_END);
  record.writeUInt32LE(0x06064b50, 0);
  writeUInt64(record, ZIP64_END - 12, 4);
  record.writeUInt16LE((3 << 8) | VERSION_ZIP64, 12);
  record.writeUInt16LE(VERSION_ZIP64, 14);
  writeUInt64(record, entries, 24);
  writeUInt64(record, entries, 32);
  writeUInt64(record, size, 40);
  writeUInt64(record, offset, 48);
  return record;
}

function locator(zip64EndOffset: number): Buffer {
  const record = Buffer.alloc(ZIP64_LOCATOR);
  record.writeUInt32LE(0x07064b50, 0);
  writeUInt64(record, zip64EndOffset, 8);
  record.writeUInt32LE(1, 16);
  return record;
}

function end({ offset, size, entries }: CentralDirectory): Buffer {
  const record = Buffer.alloc(END);
  record.writeUInt32LE(0x06054b50, 0);
  record.writeUInt16LE(Math.min(entries, OVERFLOW_16), 8);
  record.writeUInt16LE(Math.min(entries, OVERFLOW_16), 10);
  record.writeUInt32LE(Math.min(size, OVERFLOW_32), 12);
  record.writeUInt32LE(Math.min(offset, OVERFLOW_32), 16);
  return record;
}
