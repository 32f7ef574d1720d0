import type { PlanEntry } from '../../archive/zip/plan/plan.js';
import type { FileReader } from '../../archive/zip/ports.js';
import { errorCodeOf } from '../../contract/errors.js';
import { FileError } from '../../contract/file-error.js';
import type { FileSource } from '../../source/file-source.js';
import type { RangeReader } from '../../storage/multipart-store.js';
import type { BuildMeter } from '../build/build-meter.js';
import { SequentialFile } from './sequential-file.js';

/** Reads the files of one segment: objects by ranges, files on other servers as streams. */
export class SegmentReader implements FileReader {
  readonly readSync?: NonNullable<FileReader['readSync']>;
  private readonly open = new Map<number, SequentialFile>();

  constructor(
    private readonly files: RangeReader,
    private readonly source: FileSource,
    private readonly meter: Pick<BuildMeter, 'startFile' | 'finishFile'>,
    /** The slice that the segment is; undefined when it holds whole files. */
    private readonly slice?: { start: number; end: number },
  ) {
    if (files.readIntoSync) this.readSync = (entry, into) => this.readSmall(entry, into);
  }

  async read(
    entry: PlanEntry,
    range: { start: number; end: number },
    into: Uint8Array,
    signal: AbortSignal,
  ): Promise<void> {
    this.meter.startFile(entry.name);
    const { source } = entry;
    if (source.kind === 'object') await this.readObject(source, range, into, signal);
    else await (await this.sequential(entry, range.start, signal)).fill(into);
  }

  fileEnded(): void {
    this.meter.finishFile();
  }

  /** Closes the files that were not read to their end. */
  close(): void {
    for (const file of this.open.values()) file.close();
    this.open.clear();
  }

  private readSmall({ name, size, source }: PlanEntry, into: Uint8Array): void {
    if (source.kind !== 'object') throw new Error('Only files of the store are read at once.');
    this.files.readIntoSync!(source.key, { start: 0, end: size, etag: source.etag }, into);
    this.meter.startFile(name);
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

  /** A read from the beginning of the file, or of the slice, begins it again. */
  private async sequential(entry: PlanEntry, start: number, signal: AbortSignal): Promise<SequentialFile> {
    const range = this.slice ?? { start: 0, end: entry.size };
    const open = this.open.get(entry.index);
    if (start > range.start && open) return open;
    open?.close();
    const body = await this.source.open(entry.source, entry.size, signal, this.slice);
    const file = new SequentialFile(body, range.end - range.start);
    this.open.set(entry.index, file);
    return file;
  }
}
