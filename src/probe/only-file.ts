import { crc32, inflateRawSync } from 'node:zlib';
import { systemCodeOf } from '../runtime/system-error.js';

const END_BYTES = 22;

/** Signatures of APPNOTE 4.3. */
const END = 0x06054b50;
const CENTRAL = 0x02014b50;
const LOCAL = 0x04034b50;

/**
 * Returns the bytes of the only file of a ZIP below 4 GiB. Reads it by its directory, as unpackers do.
 * @throws Error that says what is wrong with the archive.
 */
export function onlyFileOf(archive: Buffer): Buffer {
  try {
    return readOnlyFile(archive);
  } catch (cause) {
    if (systemCodeOf(cause) === undefined) throw cause;
    throw new Error('The ZIP is cut off or damaged.', { cause });
  }
}

function readOnlyFile(archive: Buffer): Buffer {
  const end = archive.length - END_BYTES;
  assertSignature(archive, end, END, 'its end');
  const count = archive.readUInt16LE(end + 10);
  if (count !== 1) throw new Error(`The ZIP has ${count} files instead of one.`);
  const central = archive.readUInt32LE(end + 16);
  assertSignature(archive, central, CENTRAL, 'its directory');
  const local = archive.readUInt32LE(central + 42);
  assertSignature(archive, local, LOCAL, 'its file');
  const start = local + 30 + archive.readUInt16LE(local + 26) + archive.readUInt16LE(local + 28);
  const packed = archive.subarray(start, start + archive.readUInt32LE(central + 20));
  const bytes = archive.readUInt16LE(central + 10) === 0 ? packed : inflateRawSync(packed);
  const isRight =
    bytes.length === archive.readUInt32LE(central + 24) &&
    crc32(bytes) === archive.readUInt32LE(central + 16);
  if (!isRight) throw new Error('The file in the ZIP has another size or checksum than the ZIP says.');
  return bytes;
}

function assertSignature(archive: Buffer, at: number, signature: number, what: string): void {
  if (archive.readUInt32LE(at) !== signature) throw new Error(`The ZIP has no signature at ${what}.`);
}
