import type { MissingFile } from '../../../contract/files.js';
import type { Limits } from '../limits.js';
import type { PlanEntry } from '../plan/plan.js';
import type { ByteSpan } from '../byte-span.js';
import type { FileReader, OnReadError } from '../ports.js';
import type { PartWriter } from './part-writer.js';
import type { Scratch } from './scratch.js';
import type { EntryLines, SegmentRecord } from './segment-result.js';
import type { Tasks } from './tasks.js';

/** Everything that one try at a segment works with. */
export interface SegmentContext {
  limits: Limits;
  writer: PartWriter;
  tasks: Tasks;
  scratch: Scratch;
  files: Files;
  record: SegmentRecord;
  lines: EntryLines;
}

/** A file was lost after a part of its bytes was written. The segment is built again without the file. */
export class LostMidway extends Error {
  constructor(readonly missing: MissingFile) {
    super(missing.message);
  }
}

/** Checksums from the store differ from the known ones. The segment is built again, and reads these files itself. */
export class SumsDiffer extends Error {}

/** Reads files, and turns their errors into outcomes. */
export class Files {
  constructor(
    readonly reader: FileReader,
    readonly onReadError: OnReadError,
    private readonly signal: AbortSignal,
    private readonly onBytes: (bytes: number) => void,
  ) {}

  async read(entry: PlanEntry, range: ByteSpan, into: Uint8Array): Promise<void> {
    await this.reader.read(entry, range, into, this.signal);
    this.onBytes(into.length);
    // A copied file counts later: the end of it may be read before its copies are verified.
    if (range.end === entry.size && !entry.copied) this.ended();
  }

  readSync(entry: PlanEntry, into: Uint8Array): void {
    this.reader.readSync!(entry, into);
    this.onBytes(into.length);
    this.ended();
  }

  /** Reads bytes of a file that is in the archive already. @throws LostMidway */
  readPlaced(entry: PlanEntry, range: ByteSpan, into: Uint8Array): Promise<void> {
    return this.orLost(entry, () => this.read(entry, range, into));
  }

  /** Runs a step with a file that is in the archive already. @throws LostMidway */
  async orLost<T>(entry: PlanEntry, step: () => Promise<T>): Promise<T> {
    try {
      return await step();
    } catch (error) {
      this.signal.throwIfAborted();
      throw new LostMidway(this.onReadError(entry, error));
    }
  }

  copied(bytes: number): void {
    this.onBytes(bytes);
  }

  ended(): void {
    this.reader.fileEnded?.();
  }
}
