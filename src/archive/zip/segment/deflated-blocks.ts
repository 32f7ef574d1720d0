import { isIncompressible } from '../../streamed/compressibility.js';
import { crc32, type Summed } from '../format/crc32.js';
import { deflateBlock, storedBlocks, WINDOW, windowOf } from '../format/deflate-block.js';
import { type PlanEntry, takesRanges } from '../plan/plan.js';
import type { ByteSpan } from '../byte-span.js';
import type { Loan } from './scratch.js';
import type { SegmentContext } from './segment-context.js';

/** One deflated block of a file. */
export interface PackedBlock {
  /** The sum of the raw bytes. */
  raw: Summed;
  packed: Buffer;
  /** The raw bytes; return them. */
  loan: Loan;
  last: boolean;
}

/** Blocks that are read or deflated at once: the four threads of the libuv pool, and two that are read meanwhile. */
const DEPTH = 6;

interface BlockRead {
  loan: Loan;
  window: Buffer;
}

/**
 * Reads a range of a file in blocks and deflates them side by side, each primed with the 32 KiB before it. The first one
 * has nothing before it. Yields them in order.
 * @param first The bytes of the first block, if they were read already.
 * @param samples Makes stored blocks when deflate would not shrink the first bytes.
 */
export async function* deflatedBlocks(
  context: SegmentContext,
  entry: PlanEntry,
  range: ByteSpan,
  { first, samples = false }: { first?: Loan; samples?: boolean },
): AsyncGenerator<PackedBlock> {
  const { tasks, limits } = context;
  const count = Math.ceil((range.end - range.start) / limits.block);
  const blocks: Promise<PackedBlock>[] = [];
  let before: Promise<BlockRead> | null = null;
  let store = Promise.resolve(false);
  for (let next = 0, yielded = 0; yielded < count; yielded++) {
    for (; next < count && next < yielded + DEPTH; next++) {
      const start = range.start + next * limits.block;
      const span = { start, end: Math.min(start + limits.block, range.end) };
      const read: Promise<BlockRead> = readBlock(context, entry, span, {
        loan: next === 0 ? first : undefined,
        after: takesRanges(entry) ? null : before,
      });
      if (next === 0 && samples)
        store = read.then(({ loan }) => isIncompressible(loan.bytes.subarray(0, WINDOW)));
      blocks.push(pack(context, read, before, { last: span.end === entry.size, store }));
      before = read;
    }
    yield await tasks.wait(blocks.shift()!);
  }
}

function readBlock(
  { files, scratch, tasks }: SegmentContext,
  entry: PlanEntry,
  span: ByteSpan,
  { loan: given, after }: { loan: Loan | undefined; after: Promise<BlockRead> | null },
): Promise<BlockRead> {
  return new Promise((resolve) => {
    tasks.start(async () => {
      const loan = given ?? scratch.take(span.end - span.start);
      if (after) await tasks.wait(after);
      if (!given) await files.readPlaced(entry, span, loan.bytes);
      // A copy, because the block itself may be released before the next one is read.
      resolve({ loan, window: windowOf(loan.bytes) });
    });
  });
}

function pack(
  { tasks }: SegmentContext,
  read: Promise<BlockRead>,
  before: Promise<BlockRead> | null,
  { last, store }: { last: boolean; store: Promise<boolean> },
): Promise<PackedBlock> {
  return new Promise((resolve) => {
    tasks.start(async () => {
      const { loan } = await tasks.wait(read);
      const window = before ? (await tasks.wait(before)).window : null;
      const { bytes } = loan;
      const packed = (await tasks.wait(store))
        ? storedBlocks(bytes, last)
        : await deflateBlock({ bytes, before: window, last });
      resolve({ raw: { crc32: crc32(bytes), size: bytes.length }, packed, loan, last });
    });
  });
}
