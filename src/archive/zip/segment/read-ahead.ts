import type { MissingFile } from '../../../contract/files.js';
import { isIncompressible } from '../../streamed/compressibility.js';
import { crc32 } from '../format/crc32.js';
import { deflateBlock, WINDOW } from '../format/deflate-block.js';
import { mayDeflate, type PlanEntry, takesRanges } from '../plan/plan.js';
import type { Loan } from './scratch.js';
import type { SegmentContext } from './segment-context.js';

/** A file of which the source has delivered the first bytes: all of a small file. */
export interface Beginning {
  entry: PlanEntry;
  /** Absent when the file is lost. */
  missing?: MissingFile;
  loan: Loan;
  isDeflated: boolean;
  crc32: number;
  /** The deflated bytes of a small file. */
  packed: Buffer | null;
}

/** A beginning that may be on its way. */
interface Pending {
  ready: Beginning | null;
  promise: Promise<Beginning> | null;
}

/** First number of files that are read ahead. It grows whenever the writer waits, because latency is the cause then. */
const FIRST_WINDOW = 8;
const MAX_WINDOW = 128;
/** Limits the read-ahead to this many blocks. */
const MAX_BLOCKS = 8;
/** Longest time of synchronous reads in a row, otherwise heartbeats and other segments would wait. */
const MAX_SYNC_MS = 5;
/** Files that are read side by side after a synchronous read took that long: the disk is slow. */
const FILES_AFTER_SLOW = 16;

/**
 * Reads the beginnings of files, many ahead of the writer, and deflates small ones. Nothing of a file is placed before,
 * so losing it here costs nothing.
 */
export class ReadAhead {
  private readonly queue: Pending[] = [];
  private next = 0;
  private window = FIRST_WINDOW;
  private bytes = 0;
  private resumedAt = performance.now();
  /** Position from which files are read synchronously. */
  private syncFrom = 0;

  constructor(
    private readonly entries: readonly PlanEntry[],
    private readonly context: SegmentContext,
  ) {}

  /** Returns the beginning of the next file; call it once per entry. Not a promise when it is there already. */
  take(): Beginning | Promise<Beginning> {
    if (this.queue.length === 0) this.start();
    const first = this.queue.shift()!;
    this.fill();
    return first.ready ?? this.waitFor(first.promise!);
  }

  /** Gives other work a turn after some milliseconds of synchronous reads. */
  isDue(): boolean {
    return performance.now() - this.resumedAt > MAX_SYNC_MS;
  }

  async pause(): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.resumedAt = performance.now();
  }

  private async waitFor(first: Promise<Beginning>): Promise<Beginning> {
    if (this.window < MAX_WINDOW) this.window += 1;
    const beginning = await this.context.tasks.wait(first);
    this.resumedAt = performance.now();
    return beginning;
  }

  /** Starts reads until the window is full. A large file that is one stream waits for its turn: idle streams break. */
  private fill(): void {
    const { block } = this.context.limits;
    while (this.next < this.entries.length && this.queue.length < this.window) {
      const entry = this.entries[this.next]!;
      const isStream = entry.size > block && !takesRanges(entry);
      if (isStream || this.isSync(entry) || this.bytes >= MAX_BLOCKS * block) return;
      this.start();
    }
  }

  private start(): void {
    const entry = this.entries[this.next]!;
    this.next += 1;
    const ready = this.isSync(entry) ? this.readSync(entry) : null;
    this.queue.push(ready ? { ready, promise: null } : this.readAsync(entry));
  }

  private isSync(entry: PlanEntry): boolean {
    const { files, limits } = this.context;
    const isPossible = files.reader.readSync !== undefined && entry.source.kind === 'object';
    return isPossible && this.next >= this.syncFrom && entry.size <= limits.block && !mayDeflate(entry);
  }

  /** Returns null when the file must be read asynchronously, which tells the error. */
  private readSync(entry: PlanEntry): Beginning | null {
    const beginning = this.emptyBeginning(entry);
    const startedAt = performance.now();
    try {
      if (entry.size > 0) this.context.files.readSync(entry, beginning.loan.bytes);
    } catch {
      beginning.loan.release();
      return null;
    }
    if (performance.now() - startedAt > MAX_SYNC_MS) this.syncFrom = this.next + FILES_AFTER_SLOW;
    beginning.crc32 = crc32(beginning.loan.bytes);
    return beginning;
  }

  /** Runs as a task, so that its buffer is not used again while the source writes to it. */
  private readAsync(entry: PlanEntry): Pending {
    const pending: Pending = { ready: null, promise: null };
    pending.promise = new Promise((resolve) => {
      this.context.tasks.start(async () => {
        pending.ready = await this.begin(entry);
        resolve(pending.ready);
      });
    });
    return pending;
  }

  private async begin(entry: PlanEntry): Promise<Beginning> {
    const { files } = this.context;
    const beginning = this.emptyBeginning(entry);
    const { bytes } = beginning.loan;
    try {
      if (entry.size > 0) await files.read(entry, { start: 0, end: bytes.length }, bytes);
    } catch (error) {
      this.context.tasks.signal.throwIfAborted();
      return { ...beginning, missing: files.onReadError(entry, error) };
    }
    beginning.crc32 = crc32(bytes);
    beginning.isDeflated = mayDeflate(entry) && !(await isToStore(entry, bytes));
    if (beginning.isDeflated && entry.size === bytes.length)
      beginning.packed = await deflateBlock({ bytes, before: null, last: true });
    return beginning;
  }

  private emptyBeginning(entry: PlanEntry): Beginning {
    // Nothing is read of it.
    if (entry.size === 0) this.context.files.ended();
    const size = Math.min(entry.size, this.context.limits.block);
    const loan = this.context.scratch.take(size);
    this.bytes += size;
    const release = () => {
      this.bytes -= size;
      loan.release();
    };
    return { entry, loan: { bytes: loan.bytes, release }, isDeflated: false, crc32: 0, packed: null };
  }
}

/** Decides from a sample whether a file is stored. */
async function isToStore({ method }: PlanEntry, bytes: Buffer): Promise<boolean> {
  return method === 'sample' && (await isIncompressible(bytes.subarray(0, WINDOW)));
}
