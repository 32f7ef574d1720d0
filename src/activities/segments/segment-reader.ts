import type { PlanEntry } from '../../archive/zip/plan/plan.js';
import type { FileReader } from '../../archive/zip/ports.js';
import { errorCodeOf } from '../../contract/errors.js';
import { FileError } from '../../contract/file-error.js';
import type { FileSource } from '../../source/file-source.js';
import type { RangeReader } from '../../storage/multipart-store.js';
import type { SegmentMeter } from './segment-meter.js';
import { asPinned } from './sequential-source.js';
import { SequentialFile } from './sequential-file.js';

/** Reads the files of one segment: objects by ranges, files on other servers from the beginning. */
export class SegmentReader implements FileReader {
  private readonly open = new Map<number, SequentialFile>();

  constructor(
    private readonly files: RangeReader,
    private readonly source: FileSource,
    private readonly meter: SegmentMeter,
  ) {}

  async read(
    entry: PlanEntry,
    range: { start: number; end: number },
    into: Uint8Array,
    signal: AbortSignal,
  ): Promise<void> {
    this.meter.readingFile(entry.name);
    const { source } = entry;
    if (source.kind === 'object') await this.readObject(source, range, into, signal);
    else await (await this.sequential(entry, range.start, signal)).fill(into);
    if (range.end === entry.size) this.meter.finishFile();
  }

  /** Closes the files that were not read to their end. */
  close(): void {
    for (const file of this.open.values()) file.close();
    this.open.clear();
  }

  private async readObject(
    { key, etag }: { key: string; etag: string },
    range: { start: number; end: number },
    into: Uint8Array,
    signal: AbortSignal,
  ): Promise<void> {
    try {
      await this.files.readInto(key, { ...range, etag }, into, signal);
    } catch (cause) {
      // The pinned version was longer.
      if (errorCodeOf(cause) !== 'RANGE_NOT_SATISFIABLE') throw cause;
      throw new FileError('FILE_CHANGED', 'was replaced after it was looked up. Start the download again.', {
        cause,
      });
    }
  }

  /** A read from 0 begins a file again. */
  private async sequential(entry: PlanEntry, start: number, signal: AbortSignal): Promise<SequentialFile> {
    const open = this.open.get(entry.index);
    if (start > 0 && open) return open;
    open?.close();
    const body = await this.source.open(asPinned(entry.source), entry.size, signal);
    const file = new SequentialFile(body, entry.size);
    this.open.set(entry.index, file);
    return file;
  }
}
