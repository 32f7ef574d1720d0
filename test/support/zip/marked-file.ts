import type { PreparedFile } from '../../../src/contract/files.js';
import type { FileReader } from '../../../src/archive/zip/ports.js';

/** Every so many bytes, a file has its own number and position. Zeros are between them. */
const DISTANCE = 16 * 1024 * 1024;
const MARK = 16;

export function markedFile(size: number, index: number): PreparedFile {
  const source = { kind: 'object', key: `${index}`, etag: 'e' } as const;
  return { index, fileId: index, name: `${index}`, size, contentType: null, source, crc32: null };
}

/** Reads files that nothing holds: huge ones cost neither memory nor disk. */
export const MARKED_READER: FileReader = {
  async read({ index }, { start, end }, into) {
    into.fill(0);
    const target = Buffer.from(into.buffer, into.byteOffset, into.length);
    for (let at = Math.ceil(start / DISTANCE) * DISTANCE; at + MARK <= end; at += DISTANCE) {
      target.writeDoubleLE(index + 1, at - start);
      target.writeDoubleLE(at + 1, at - start + 8);
    }
  },
};
