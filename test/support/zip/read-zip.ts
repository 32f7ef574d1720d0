import { crc32, inflateRawSync } from 'node:zlib';

/** An entry as its central and local headers tell it. */
export interface ReadEntry {
  name: string;
  method: number;
  flags: number;
  crc32: number;
  packed: number;
  size: number;
  offset: number;
  /** Seconds, from the extended timestamp of the central directory. */
  time: number;
  dosTime: number;
  attributes: number;
  bytes: Buffer;
  /** The end of its bytes. */
  end: number;
}

/**
 * Reads an archive by its central directory, in its order. Fails unless local headers say the same, bytes have their sums,
 * and local entries cover the archive without gaps.
 */
export function readZip(archive: Buffer): ReadEntry[] {
  const { offset, entries, size } = directoryOf(archive);
  const read: ReadEntry[] = [];
  let at = offset;
  for (let i = 0; i < entries; i++) {
    const { entry, next } = readCentral(archive, at);
    read.push(entry);
    at = next;
  }
  assertEqual('size of the central directory', at - offset, size);
  let end = 0;
  for (const entry of read.toSorted((a, b) => a.offset - b.offset)) {
    assertEqual(`offset of ${entry.name}`, entry.offset, end);
    end = entry.end;
  }
  assertEqual('offset of the central directory', offset, end);
  return read;
}

/** Reads the end records. */
export function directoryOf(archive: Buffer): { offset: number; size: number; entries: number } {
  const end = archive.length - 22;
  assertEqual('end record', archive.readUInt32LE(end), 0x06054b50);
  const short = {
    entries: archive.readUInt16LE(end + 10),
    size: archive.readUInt32LE(end + 12),
    offset: archive.readUInt32LE(end + 16),
  };
  if (short.entries < 0xffff && short.size < 0xffffffff && short.offset < 0xffffffff) return short;
  assertEqual('ZIP64 locator', archive.readUInt32LE(end - 20), 0x07064b50);
  const wide = Number(archive.readBigUInt64LE(end - 12));
  assertEqual('ZIP64 end record', archive.readUInt32LE(wide), 0x06064b50);
  return {
    entries: Number(archive.readBigUInt64LE(wide + 32)),
    size: Number(archive.readBigUInt64LE(wide + 40)),
    offset: Number(archive.readBigUInt64LE(wide + 48)),
  };
}

function readCentral(archive: Buffer, at: number): { entry: ReadEntry; next: number } {
  assertEqual('central header', archive.readUInt32LE(at), 0x02014b50);
  const nameSize = archive.readUInt16LE(at + 28);
  const extraSize = archive.readUInt16LE(at + 30);
  const extra = extrasOf(archive.subarray(at + 46 + nameSize, at + 46 + nameSize + extraSize));
  const wide = extra.get(1);
  let field = 0;
  const widened = (value: number) => {
    if (value !== 0xffffffff || !wide) return value;
    field += 8;
    return Number(wide.readBigUInt64LE(field - 8));
  };
  const size = widened(archive.readUInt32LE(at + 24));
  const packed = widened(archive.readUInt32LE(at + 20));
  const offset = widened(archive.readUInt32LE(at + 42));
  if (wide) assertEqual('size of the ZIP64 field', wide.length, field);
  const entry = {
    name: archive.toString('utf8', at + 46, at + 46 + nameSize),
    method: archive.readUInt16LE(at + 10),
    flags: archive.readUInt16LE(at + 8),
    dosTime: archive.readUInt32LE(at + 12),
    crc32: archive.readUInt32LE(at + 16),
    packed,
    size,
    offset,
    time: extra.get(0x5455)!.readInt32LE(1),
    attributes: archive.readUInt32LE(at + 38),
  };
  return { entry: { ...entry, ...readLocal(archive, entry) }, next: at + 46 + nameSize + extraSize };
}

function readLocal(archive: Buffer, entry: Omit<ReadEntry, 'bytes' | 'end'>): { bytes: Buffer; end: number } {
  const at = entry.offset;
  const what = `local header of ${entry.name}`;
  assertEqual(what, archive.readUInt32LE(at), 0x04034b50);
  assertEqual(`flags, ${what}`, archive.readUInt16LE(at + 6), entry.flags);
  assertEqual(`method, ${what}`, archive.readUInt16LE(at + 8), entry.method);
  assertEqual(`time, ${what}`, archive.readUInt32LE(at + 10), entry.dosTime);
  assertEqual(`sum, ${what}`, archive.readUInt32LE(at + 14), entry.crc32);
  const nameSize = archive.readUInt16LE(at + 26);
  const start = at + 30 + nameSize + archive.readUInt16LE(at + 28);
  assertEqual(`name, ${what}`, archive.toString('utf8', at + 30, at + 30 + nameSize), entry.name);
  const extra = extrasOf(archive.subarray(at + 30 + nameSize, start));
  const wide = extra.get(1);
  assertEqual(
    `packed, ${what}`,
    wide ? Number(wide.readBigUInt64LE(8)) : archive.readUInt32LE(at + 18),
    entry.packed,
  );
  assertEqual(
    `size, ${what}`,
    wide ? Number(wide.readBigUInt64LE(0)) : archive.readUInt32LE(at + 22),
    entry.size,
  );
  const end = start + entry.packed;
  const packed = archive.subarray(start, end);
  const bytes = entry.method === 8 ? inflateRawSync(packed) : packed;
  assertEqual(`bytes of ${entry.name}`, bytes.length, entry.size);
  assertEqual(`sum of ${entry.name}`, crc32(bytes), entry.crc32);
  return { bytes, end };
}

function extrasOf(extra: Buffer): Map<number, Buffer> {
  const fields = new Map<number, Buffer>();
  for (let at = 0; at < extra.length;) {
    const size = extra.readUInt16LE(at + 2);
    fields.set(extra.readUInt16LE(at), extra.subarray(at + 4, at + 4 + size));
    at += 4 + size;
  }
  return fields;
}

function assertEqual(what: string, found: unknown, expected: unknown): void {
  if (found !== expected) throw new Error(`${what}: found ${String(found)}, expected ${String(expected)}`);
}
