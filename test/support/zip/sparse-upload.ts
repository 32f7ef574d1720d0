import { open } from 'node:fs/promises';
import type { PartSink, SentPart } from '../../../src/archive/zip/ports.js';

const BLOCK = 64 * 1024;
const ZEROS = Buffer.alloc(BLOCK);

interface SparsePart {
  size: number;
  /** The blocks that hold more than zeros, with their positions. */
  blocks: { at: number; bytes: Buffer }[];
}

/** A multipart upload that keeps no zeros, for archives beyond 4 GiB. */
export class SparseUpload implements PartSink {
  private readonly parts = new Map<number, SparsePart>();

  async sendPart(number: number, buffers: readonly Uint8Array[], sum: number): Promise<SentPart> {
    const part: SparsePart = { size: 0, blocks: [] };
    for (const buffer of buffers) {
      for (let start = 0; start < buffer.length; start += BLOCK) {
        const bytes = Buffer.from(
          buffer.buffer,
          buffer.byteOffset + start,
          Math.min(BLOCK, buffer.length - start),
        );
        if (!bytes.equals(ZEROS.subarray(0, bytes.length)))
          part.blocks.push({ at: part.size + start, bytes: Buffer.from(bytes) });
      }
      part.size += buffer.length;
    }
    this.parts.set(number, part);
    return { number, etag: String(number), size: part.size, crc32: sum };
  }

  copyPart(): Promise<SentPart> {
    throw new Error('This store copies nothing');
  }

  /** Writes the archive to a sparse file. */
  async write(path: string, parts: readonly SentPart[]): Promise<void> {
    const file = await open(path, 'w');
    try {
      let position = 0;
      for (const { number } of parts) {
        const { size, blocks } = this.parts.get(number)!;
        for (const { at, bytes } of blocks) await file.write(bytes, 0, bytes.length, position + at);
        position += size;
      }
      await file.truncate(position);
    } finally {
      await file.close();
    }
  }
}
