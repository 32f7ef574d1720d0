import { LIMITS } from '../limits.js';

/** Bytes that a block may add: its header, the sync flush, and the rounding of both. */
const PER_BLOCK = 64;

/** Returns the most bytes that a file can deflate to in blocks of `block` bytes: 0.1 % and 64 bytes per block more. */
export function worstDeflatedSize(size: number, block = LIMITS.block): number {
  return size + Math.ceil(size / 1_000) + PER_BLOCK * (Math.ceil(size / block) + 1);
}
