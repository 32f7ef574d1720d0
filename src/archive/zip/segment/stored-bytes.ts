import { combineAll, crc32, type Summed } from '../format/crc32.js';
import { type PlanEntry, takesRanges } from '../plan/plan.js';
import type { ByteSpan } from '../byte-span.js';
import type { SegmentContext } from './segment-context.js';

/**
 * Reserves places for the bytes of a file and starts reads that fill them in place, side by side. Returns once all
 * places are reserved.
 * @returns the sum of the range, when all reads have ended.
 */
export async function placeStoredBytes(
  context: SegmentContext,
  entry: PlanEntry,
  range: ByteSpan,
): Promise<() => Promise<Summed>> {
  const { writer, tasks } = context;
  const sums: Promise<Summed>[] = [];
  for (let start = range.start; start < range.end;) {
    const place = await writer.reserveSome(range.end - start);
    const end = start + place.bytes.length;
    const sum = new Promise<Summed>((resolve) => {
      const span = { start, end };
      tasks.start(async () => {
        await context.files.readPlaced(entry, span, place.bytes);
        const sumOfPlace = crc32(place.bytes);
        place.close(sumOfPlace);
        resolve({ crc32: sumOfPlace, size: place.bytes.length });
      });
    });
    sums.push(sum);
    if (!takesRanges(entry)) await tasks.wait(sum);
    start = end;
  }
  return async () => combineAll(await tasks.wait(Promise.all(sums)));
}
