import type { ByteSpan } from '../../../src/archive/zip/byte-span.js';
import { isSliceable, takesRanges, type PlanEntry } from '../../../src/archive/zip/plan/plan.js';
import type { FileReader } from '../../../src/archive/zip/ports.js';
import type { Objects, Pause } from './memory-upload.js';

/** Reads files from memory. A file whose source takes no ranges is read in order, as the port says, or fails. */
export class MemoryReader implements FileReader {
  bytesRead = 0;
  filesEnded = 0;
  private readonly positions = new Map<number, number>();
  private readonly active = new Set<number>();
  /** Files that fail once this many of their bytes were read. */
  readonly losses = new Map<number, number>();

  constructor(
    private readonly objects: Objects,
    private readonly pause: Pause = async () => {},
  ) {}

  async read(entry: PlanEntry, range: ByteSpan, into: Uint8Array, signal: AbortSignal): Promise<void> {
    this.checkOrder(entry, range);
    this.active.add(entry.index);
    await this.pause();
    this.active.delete(entry.index);
    signal.throwIfAborted();
    const fails = this.losses.get(entry.index);
    if (fails !== undefined && range.end > fails) throw new Error(`The file ${entry.index} is gone`);
    const bytes = this.objects.get(keyOf(entry))!;
    if (into.length !== range.end - range.start)
      throw new Error('The buffer has another size than the range');
    into.set(bytes.subarray(range.start, range.end));
    this.bytesRead += into.length;
  }

  fileEnded(): void {
    this.filesEnded += 1;
  }

  private checkOrder(entry: PlanEntry, { start, end }: ByteSpan): void {
    if (takesRanges(entry)) return;
    if (this.active.has(entry.index)) throw new TypeError('Two reads of one stream at once');
    // A slice begins at any position.
    if (!isSliceable(entry) && start !== 0 && start !== this.positions.get(entry.index))
      throw new TypeError(`A read at ${start} of a file without ranges`);
    this.positions.set(entry.index, end);
  }
}

export function keyOf({ source }: PlanEntry): string {
  return source.kind === 'object' ? source.key : source.url;
}
