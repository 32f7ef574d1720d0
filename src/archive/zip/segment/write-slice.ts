import { combineAll, type Summed } from '../format/crc32.js';
import { storedBlocks } from '../format/deflate-block.js';
import { DEFLATED, STORED } from '../format/entry-format.js';
import type { Limits } from '../limits.js';
import { mayDeflate, type PlanEntry, type Slice } from '../plan/plan.js';
import { deflatedBlocks, type PackedBlock } from './deflated-blocks.js';
import type { SegmentContext } from './segment-context.js';
import { entryLine } from './segment-result.js';
import { placeStoredBytes } from './stored-bytes.js';
import { formatOf } from './write-entry.js';

/**
 * Writes one slice of an entry, without a header: the finish writes it in front of the first slice, once all sums are
 * known. A slice that may be deflated always is, otherwise slices built apart could choose different methods.
 */
export async function writeSlice(context: SegmentContext, entry: PlanEntry, slice: Slice): Promise<void> {
  const isDeflated = mayDeflate(entry);
  const { crc32, packed } = isDeflated
    ? await writeDeflatedSlice(context, entry, slice)
    : await writeStoredSlice(context, entry, slice);
  const method = isDeflated ? DEFLATED : STORED;
  const format = formatOf(entry, { method, crc32, packed });
  context.lines.add(entryLine(entry.index, { ...format, size: slice.end - slice.start }, 0));
}

interface SliceSums {
  crc32: number;
  packed: number;
}

async function writeStoredSlice(context: SegmentContext, entry: PlanEntry, slice: Slice): Promise<SliceSums> {
  const sums = await placeStoredBytes(context, entry, slice);
  const { crc32, size } = await sums();
  return { crc32, packed: size };
}

async function writeDeflatedSlice(
  context: SegmentContext,
  entry: PlanEntry,
  slice: Slice,
): Promise<SliceSums> {
  const raw: Summed[] = [];
  const start = context.writer.position;
  const thin = new ThinSlice(context);
  const samples = entry.method === 'sample';
  for await (const block of deflatedBlocks(context, entry, slice, { samples })) {
    raw.push(block.raw);
    await thin.write(block);
  }
  await thin.end();
  return { crc32: combineAll(raw).crc32, packed: context.writer.position - start };
}

/**
 * Keeps the blocks of a slice until they have the size of a part. Bytes of a slice cannot move to another place, so a
 * slice that deflates to less gets stored blocks in place of its first ones.
 */
class ThinSlice {
  private kept: PackedBlock[] = [];
  private keptBytes = 0;
  private rawBytes = 0;
  private isThin = true;
  private readonly limits: Limits;

  constructor(private readonly context: SegmentContext) {
    this.limits = context.limits;
  }

  async write(block: PackedBlock): Promise<void> {
    if (!this.isThin) return this.send(block);
    this.kept.push(block);
    this.keptBytes += block.packed.length;
    // The raw bytes of later blocks are not needed: storing these gives a part.
    if (this.rawBytes >= this.limits.minPart) block.loan.release();
    this.rawBytes += block.raw.size;
    if (this.keptBytes >= this.limits.minPart) await this.sendKept();
  }

  async end(): Promise<void> {
    for (const block of this.kept) {
      if (this.keptBytes >= this.limits.minPart) break;
      this.keptBytes -= block.packed.length;
      block.packed = storedBlocks(block.loan.bytes, block.last);
      this.keptBytes += block.packed.length;
    }
    await this.sendKept();
  }

  private async sendKept(): Promise<void> {
    this.isThin = false;
    let raw = 0;
    for (const block of this.kept) {
      await this.context.writer.write(block.packed);
      if (raw < this.limits.minPart) block.loan.release();
      raw += block.raw.size;
    }
    this.kept = [];
  }

  private async send({ packed, loan }: PackedBlock): Promise<void> {
    await this.context.writer.write(packed);
    loan.release();
  }
}
