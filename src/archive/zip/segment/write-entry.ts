import { combineAll, type Summed } from '../format/crc32.js';
import { DEFLATED, type EntryFormat, STORED } from '../format/entry-format.js';
import { localHeaderSize, writeLocalHeader } from '../format/local-header.js';
import { zip64Of } from '../plan/cut-segments.js';
import type { PlanEntry } from '../plan/plan.js';
import { deflatedBlocks } from './deflated-blocks.js';
import type { Beginning } from './read-ahead.js';
import type { SegmentContext } from './segment-context.js';
import { entryLine } from './segment-result.js';
import { placeStoredBytes } from './stored-bytes.js';

type Sums = Pick<EntryFormat, 'method' | 'crc32' | 'packed'>;

/** Describes an entry by its plan and its sums. */
export function formatOf(entry: PlanEntry, sums: Sums): EntryFormat {
  return { name: entry.name, time: entry.time, size: entry.size, zip64: zip64Of(entry), ...sums };
}

/** Returns the length of the local header, which does not depend on the bytes of the file. */
export function headerSizeOf(entry: PlanEntry): number {
  return localHeaderSize({ name: entry.name, zip64: zip64Of(entry) });
}

/** Places an entry: a small one whole, a large one while its bytes arrive. */
export function writeEntry(context: SegmentContext, beginning: Beginning): void | Promise<void> {
  const { entry, loan } = beginning;
  if (entry.size === loan.bytes.length) return writeSmall(context, beginning);
  return beginning.isDeflated ? writeDeflated(context, beginning) : writeStored(context, beginning);
}

/** Places the header and all bytes at once. Returns no promise when the part has room, because promises cost time. */
function writeSmall(context: SegmentContext, beginning: Beginning): void | Promise<void> {
  const { writer } = context;
  const { entry, loan, packed, isDeflated, crc32 } = beginning;
  const bytes = packed ?? loan.bytes;
  const method = isDeflated ? DEFLATED : STORED;
  const format = formatOf(entry, { method, crc32, packed: bytes.length });
  const headerSize = headerSizeOf(entry);
  const write = (header: Buffer) => {
    context.lines.add(entryLine(entry.index, format, writer.position - headerSize));
    writeLocalHeader(header, format);
  };
  if (writer.room < headerSize + bytes.length) {
    return (async () => {
      write(await writer.appended(headerSize));
      await writer.write(bytes);
      loan.release();
    })();
  }
  write(writer.appendedNow(headerSize));
  writer.writeNow(bytes);
  loan.release();
}

/** Reserves the header. Its part stays until the sum is known, the parts behind it pass it by. */
async function writeStored(context: SegmentContext, { entry, loan, crc32 }: Beginning): Promise<void> {
  const header = await reserveHeader(context, entry);
  const first: Summed = { crc32, size: loan.bytes.length };
  await context.writer.write(loan.bytes);
  loan.release();
  const rest = await placeStoredBytes(context, entry, { start: first.size, end: entry.size });
  context.tasks.start(async () => {
    const sums = combineAll([first, await rest()]);
    header({ method: STORED, crc32: sums.crc32, packed: sums.size });
  });
}

async function writeDeflated(context: SegmentContext, { entry, loan }: Beginning): Promise<void> {
  const header = await reserveHeader(context, entry);
  const raw: Summed[] = [];
  let packed = 0;
  const range = { start: 0, end: entry.size };
  for await (const block of deflatedBlocks(context, entry, range, { first: loan })) {
    raw.push(block.raw);
    packed += block.packed.length;
    await context.writer.write(block.packed);
    block.loan.release();
  }
  header({ method: DEFLATED, crc32: combineAll(raw).crc32, packed });
}

/** Reserves the local header, and a line of the result. */
async function reserveHeader(context: SegmentContext, entry: PlanEntry): Promise<(sums: Sums) => void> {
  const size = headerSizeOf(entry);
  const place = await context.writer.reserve(size);
  const offset = context.writer.position - size;
  const line = context.lines.reserve();
  return (sums) => {
    const format = formatOf(entry, sums);
    writeLocalHeader(place.bytes, format);
    place.close();
    line(entryLine(entry.index, format, offset));
  };
}
