import { describe, expect, it } from '@jest/globals';
import {
  centralRecordSize,
  writeCentralRecord,
} from '../../../../../src/archive/zip/format/central-record.js';
import { dosDateTime } from '../../../../../src/archive/zip/format/dos-time.js';
import { endRecords } from '../../../../../src/archive/zip/format/end-records.js';
import { DEFLATED, STORED } from '../../../../../src/archive/zip/format/entry-format.js';
import {
  localHeaderSize,
  needsZip64,
  writeLocalHeader,
} from '../../../../../src/archive/zip/format/local-header.js';

const GIB4 = 2 ** 32;
const TIME = 1_715_949_297;

function local(over: { size: number; packed?: number; name?: string }) {
  const { size, packed = size, name = 'a' } = over;
  const zip64 = needsZip64({ size, mayDeflate: false });
  const entry = { name, time: TIME, method: STORED, crc32: 0x89abcdef, packed, size, zip64 } as const;
  const header = Buffer.alloc(localHeaderSize(entry), 0xff);
  writeLocalHeader(header, entry);
  return header;
}

function central(over: { size?: number; packed?: number; offset?: number }) {
  const { size = 1, packed = size, offset = 0 } = over;
  const entry = {
    name: 'a',
    time: TIME,
    method: DEFLATED,
    crc32: 1,
    packed,
    size,
    zip64: false,
    offset,
  } as const;
  const record = Buffer.alloc(centralRecordSize(entry), 0xff);
  writeCentralRecord(record, entry);
  return record;
}

describe('writeLocalHeader', () => {
  it('has sum and sizes, and no data descriptor', () => {
    const header = local({ size: 5 });
    expect(header.readUInt16LE(6)).toBe(0);
    expect(header.readUInt32LE(14)).toBe(0x89abcdef);
    expect([header.readUInt32LE(18), header.readUInt32LE(22)]).toEqual([5, 5]);
    expect(header.readUInt16LE(4)).toBe(20);
  });

  it('flags names that are not ASCII', () => {
    expect(local({ size: 1, name: 'é' }).readUInt16LE(6)).toBe(0x0800);
    expect(local({ size: 1, name: '~' }).readUInt16LE(6)).toBe(0);
  });

  it.each([GIB4 - 2, GIB4 - 1, GIB4, GIB4 + 1])('has ZIP64 sizes from 4 GiB - 1 on: %d', (size) => {
    const header = local({ size });
    const isWide = size >= GIB4 - 1;
    expect(header.length).toBe(30 + 1 + 9 + (isWide ? 20 : 0));
    expect(header.readUInt32LE(18)).toBe(isWide ? 0xffffffff : size);
    expect(header.readUInt16LE(4)).toBe(isWide ? 45 : 20);
    if (isWide)
      expect([header.readBigUInt64LE(44), header.readBigUInt64LE(52)]).toEqual([BigInt(size), BigInt(size)]);
  });

  it('is wide for the worst deflated size', () => {
    expect(needsZip64({ size: GIB4 - 5_000_000, mayDeflate: true })).toBe(false);
    expect(needsZip64({ size: GIB4 - 4_000_000, mayDeflate: true })).toBe(true);
    expect(needsZip64({ size: GIB4 - 4_000_000, mayDeflate: false })).toBe(false);
  });

  it('has the time in UTC, and the extended one', () => {
    const header = local({ size: 1 });
    expect(header.readUInt32LE(10)).toBe(dosDateTime(TIME));
    expect(header.subarray(31).toString('hex')).toBe(`5554050001${le32(TIME)}`);
  });
});

describe('writeCentralRecord', () => {
  it.each([
    { offset: GIB4 - 1 },
    { offset: GIB4 },
    { size: GIB4 - 1, packed: 9 },
    { size: GIB4 + 1, offset: GIB4 },
  ])('has all ZIP64 fields when one overflows: %j', (over) => {
    const { size, packed, offset } = { size: 1, offset: 0, packed: over.size ?? 1, ...over };
    const record = central(over);
    expect(record.length).toBe(46 + 1 + 9 + 28);
    expect([20, 24, 42].map((at) => record.readUInt32LE(at))).toEqual(Array(3).fill(0xffffffff));
    expect([24, 16, 8].map((end) => Number(record.readBigUInt64LE(record.length - end)))).toEqual([
      size,
      packed,
      offset,
    ]);
  });

  it('has no ZIP64 fields below 4 GiB - 1', () => {
    expect(central({ size: GIB4 - 2, offset: GIB4 - 2 }).length).toBe(46 + 1 + 9);
  });

  it('has the mode of a regular file', () => {
    expect(central({}).readUInt32LE(38) >>> 16).toBe(0o100644);
    expect(central({}).readUInt8(5)).toBe(3);
  });
});

describe('endRecords', () => {
  it.each([
    [{ offset: 0, size: 0, entries: 65_534 }, 22],
    [{ offset: 0, size: 0, entries: 65_535 }, 98],
    [{ offset: GIB4 - 2, size: 0, entries: 1 }, 22],
    [{ offset: GIB4 - 1, size: 0, entries: 1 }, 98],
    [{ offset: 1, size: GIB4 - 1, entries: 1 }, 98],
  ])('has ZIP64 records when a field overflows: %j', (directory, length) => {
    expect(endRecords(directory).length).toBe(length);
  });

  it('locates the ZIP64 record behind the directory', () => {
    const records = endRecords({ offset: GIB4, size: 10, entries: 1 });
    expect(records.readBigUInt64LE(56 + 8)).toBe(BigInt(GIB4 + 10));
    expect(records.readBigUInt64LE(48)).toBe(BigInt(GIB4));
  });
});

describe('dosDateTime', () => {
  it('is in UTC, in steps of two seconds', () => {
    expect(dosDateTime(Date.UTC(2024, 4, 17, 12, 34, 57) / 1_000)).toBe(
      (((44 << 9) | (5 << 5) | 17) << 16) | (12 << 11) | (34 << 5) | 28,
    );
  });

  it('keeps years from 1980 to 2107', () => {
    expect(dosDateTime(0)).toBe(dosDateTime(Date.UTC(1980, 0, 1) / 1_000));
    expect(dosDateTime(1e10)).toBe(dosDateTime(Date.UTC(2107, 11, 31, 23, 59, 58) / 1_000));
  });
});

function le32(value: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes.toString('hex');
}
