import type { MissingFile } from '../../../contract/files.js';
import { type Limits, LIMITS } from '../limits.js';
import type { PlanEntry, SegmentPlan } from '../plan/plan.js';
import type { Buffers, FileReader, OnReadError, PartSink, SideObjects } from '../ports.js';
import { CopiedEntries } from './copied-entries.js';
import type { PartBuffer } from './part-buffer.js';
import { type OutgoingPart, PartNumberRange, PartWriter } from './part-writer.js';
import { ReadAhead } from './read-ahead.js';
import { Scratch } from './scratch.js';
import { Files, LostMidway, type SegmentContext, SumsDiffer } from './segment-context.js';
import { EntryLines, type SegmentRecord } from './segment-result.js';
import { Tasks } from './tasks.js';
import { writeEntry } from './write-entry.js';
import { writeSlice } from './write-slice.js';

export interface SegmentIo {
  /** The entries of the segment: its lines of the plan object. None for a slice of an entry that is lost. */
  entries: readonly PlanEntry[];
  /** Bytes, from the plan. */
  partSize: number;
  /** The half of the part numbers. Attempts take turns, because a late part of the one before may still arrive. */
  half: 0 | 1;
  /** Prefix of the names of side objects that no other attempt uses. */
  prefix: string;
  sink: PartSink;
  side: SideObjects;
  reader: FileReader;
  onReadError: OnReadError;
  buffers: Buffers;
  signal: AbortSignal;
  /** Receives the number of bytes read or copied so far; 0 when the segment is built again. */
  onProgress?(bytes: number): void;
  limits?: Limits;
}

/** The result of a segment as the workflow carries it. */
export interface SegmentResult {
  index: number;
  /** Name of the result object. */
  name: string;
  /** Entries; 0 for a slice. */
  included: number;
  lost: number;
  /** Bytes in the archive. */
  size: number;
}

/**
 * Builds one segment. Each try begins from nothing, so a repeated attempt replaces the parts of the one before. A file
 * lost after some of its bytes were placed begins another try without it.
 * @throws what `onReadError` or a port throws, or the reason of the signal.
 */
export async function writeSegment(segment: SegmentPlan, io: SegmentIo): Promise<SegmentResult> {
  const lost: MissingFile[] = [];
  let entries = io.entries;
  for (;;) {
    try {
      return await new SegmentTry(segment, io, entries, lost).run();
    } catch (error) {
      if (error instanceof LostMidway) {
        lost.push(error.missing);
        entries = entries.filter(({ index }) => index !== error.missing.index);
      } else if (error instanceof SumsDiffer) {
        entries = entries.map((entry) => ({ ...entry, copied: false }));
      } else throw error;
    }
  }
}

class SegmentTry {
  private readonly limits: Limits;
  private readonly tasks: Tasks;
  private readonly firstNumber: number;
  private readonly numbers: PartNumberRange;
  private readonly record: SegmentRecord;
  private readonly context: SegmentContext;
  private bytes = 0;

  constructor(
    private readonly segment: SegmentPlan,
    private readonly io: SegmentIo,
    private readonly entries: readonly PlanEntry[],
    lost: readonly MissingFile[],
  ) {
    this.limits = io.limits ?? LIMITS;
    const { index, numbers, slice } = segment;
    const half = numbers.halves === 2 ? io.half : 0;
    this.firstNumber = numbers.first + half * numbers.count;
    this.numbers = new PartNumberRange(this.firstNumber, numbers.count);
    this.tasks = new Tasks(io.signal);
    this.record = {
      index,
      parts: [],
      fragment: null,
      head: null,
      slice: slice ? { index: slice.index, of: slice.of } : null,
      lost: [...lost],
      included: 0,
      size: 0,
    };
    this.context = this.newContext();
  }

  async run(): Promise<SegmentResult> {
    try {
      this.io.onProgress?.(0);
      if (this.segment.slice) await this.writeSlice();
      else await this.writeRun();
      await this.tasks.finish();
      return await this.writeResult();
    } catch (error) {
      // Parts on their way end by themselves: their numbers are used again.
      await this.tasks.end(error);
      throw this.tasks.signal.reason;
    } finally {
      this.context.writer.dispose();
    }
  }

  private newContext(): SegmentContext {
    const { io, limits, tasks } = this;
    const firstPart = this.segment.slice?.index === 0 ? limits.minPart : io.partSize;
    const writer = new PartWriter(
      {
        limits,
        partSize: io.partSize,
        firstPart,
        buffers: io.buffers,
        tasks,
        send: (part) => this.send(part),
      },
      this.numbers,
    );
    return {
      limits,
      writer,
      tasks,
      scratch: new Scratch(limits.block),
      files: new Files(io.reader, io.onReadError, tasks.signal, (bytes) => this.progress(bytes)),
      record: this.record,
      lines: new EntryLines(),
    };
  }

  private progress(bytes: number): void {
    this.bytes += bytes;
    this.io.onProgress?.(this.bytes);
  }

  private async writeRun(): Promise<void> {
    const { context, io } = this;
    const copies = new CopiedEntries(context, { ...io, numbers: this.numbers });
    const ahead = new ReadAhead(
      this.entries.filter(({ copied }) => !copied),
      context,
    );
    for (const entry of this.entries) {
      if (entry.copied) {
        await copies.write(entry);
        continue;
      }
      const next = ahead.take();
      const beginning = next instanceof Promise ? await next : next;
      if (beginning.missing) {
        this.record.lost.push(beginning.missing);
        beginning.loan.release();
        continue;
      }
      const written = writeEntry(context, beginning);
      if (written) await written;
      if (ahead.isDue()) await ahead.pause();
    }
    if (copies.hasTail) copies.endTail();
    else await this.keepFragment(context.writer.flush());
  }

  /** A segment too small for a part is left to the finish. */
  private async keepFragment(rest: PartBuffer | null): Promise<void> {
    if (!rest) return;
    await this.tasks.wait(rest.closed());
    const name = `${this.io.prefix}fragment`;
    await this.io.side.put(name, [rest.bytes], this.io.signal);
    this.record.fragment = { name, ...rest.sum() };
  }

  /** A slice that is lost leaves nothing: the finish leaves out all slices of its entry. */
  private async writeSlice(): Promise<void> {
    const [entry] = this.entries;
    if (!entry) return;
    await writeSlice(this.context, entry, this.segment.slice!);
    if (this.context.writer.flush()) throw new Error('A slice is too small for a part.');
  }

  private async send(outgoing: OutgoingPart): Promise<void> {
    const { record, io } = this;
    const { number, buffers, crc32: sum, size, position } = outgoing;
    const isHead = this.segment.slice?.index === 0 && number === this.firstNumber;
    if (isHead) return this.keepHead(outgoing);
    const part = await io.sink.sendPart(number, buffers, sum, io.signal, position);
    record.parts.push({ ...part, crc32: sum, size });
  }

  /** Keeps the first bytes of a sliced entry, so that the finish can put the header before them without the source. */
  private async keepHead({ number, buffers, crc32: sum, size }: OutgoingPart): Promise<void> {
    const name = `${this.io.prefix}head`;
    this.record.head = { name, number, crc32: sum, size };
    await this.io.side.put(name, buffers, this.io.signal);
  }

  private async writeResult(): Promise<SegmentResult> {
    const { record, io } = this;
    const { lines, writer } = this.context;
    record.parts.sort((a, b) => a.number - b.number);
    record.size = writer.position;
    record.included = record.slice ? 0 : lines.count;
    const name = `${io.prefix}result`;
    await io.side.put(name, [lines.resultOf(record)], io.signal);
    return {
      index: record.index,
      name,
      included: record.included,
      lost: record.lost.length,
      size: record.size,
    };
  }
}
