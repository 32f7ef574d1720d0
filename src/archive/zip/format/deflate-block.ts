import { promisify } from 'node:util';
import { constants, deflateRaw } from 'node:zlib';
import { worstDeflatedSize } from './deflate-bound.js';

const deflate = promisify(deflateRaw) as (
  bytes: Uint8Array,
  options: Parameters<typeof deflateRaw>[1],
) => Promise<Buffer>;

const LEVEL = 6;
/** Bytes that deflate looks back (RFC 1951, 2). */
export const WINDOW = 32 * 1024;
/** A stored block has a 16-bit length (RFC 1951, 3.2.4). */
const MAX_STORED_BLOCK = 0xffff;
const STORED_BLOCK_HEADER = 5;

/** The bytes of a file from which one deflated block is made. */
export interface RawBlock {
  bytes: Buffer;
  /** Up to 32 KiB before the block, from which it may repeat. */
  before: Buffer | null;
  /** True for the last block of the file. */
  last: boolean;
}

/**
 * Deflates one block on the libuv pool. All blocks of a file in a row are one deflate stream: each ends on a byte
 * boundary with a sync flush (RFC 1951, 3.2.4: an empty stored block), the last with a final block.
 */
export function deflateBlock({ bytes, before, last }: RawBlock): Promise<Buffer> {
  const flush = last ? constants.Z_FINISH : constants.Z_SYNC_FLUSH;
  return deflate(bytes, {
    level: LEVEL,
    finishFlush: flush,
    // One piece of output, otherwise the pool is entered once for each 16 KiB.
    chunkSize: Math.max(64, worstDeflatedSize(bytes.length)),
    ...(before && before.length > 0 && { dictionary: before }),
  });
}

/** Returns the bytes as stored blocks, which may stand anywhere between the deflated blocks of a file. */
export function storedBlocks(bytes: Uint8Array, last: boolean): Buffer {
  const count = Math.ceil(bytes.length / MAX_STORED_BLOCK);
  const result = Buffer.allocUnsafe(bytes.length + count * STORED_BLOCK_HEADER);
  let at = 0;
  for (let start = 0; start < bytes.length; start += MAX_STORED_BLOCK) {
    const block = bytes.subarray(start, start + MAX_STORED_BLOCK);
    result.writeUInt8(last && start + block.length === bytes.length ? 1 : 0, at);
    result.writeUInt16LE(block.length, at + 1);
    result.writeUInt16LE(~block.length & 0xffff, at + 3);
    result.set(block, at + STORED_BLOCK_HEADER);
    at += STORED_BLOCK_HEADER + block.length;
  }
  return result;
}

/** Returns the bytes from which the block behind may repeat. */
export function windowOf(bytes: Buffer): Buffer {
  return Buffer.from(bytes.subarray(Math.max(0, bytes.length - WINDOW)));
}
