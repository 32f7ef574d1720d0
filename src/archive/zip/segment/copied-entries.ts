import { combineAll, crc32, type Summed } from '../format/crc32.js';
import { STORED } from '../format/entry-format.js';
import { writeLocalHeader } from '../format/local-header.js';
import type { PlanEntry } from '../plan/plan.js';
import type { ByteSpan } from '../byte-span.js';
import type { PartSink, SentPart, SideObjects, StoredObject } from '../ports.js';
import type { PartBuffer } from './part-buffer.js';
import type { PartNumberRange } from './part-writer.js';
import { type SegmentContext, SumsDiffer } from './segment-context.js';
import { entryLine } from './segment-result.js';
import { Gate } from './tasks.js';
import { formatOf, headerSizeOf } from './write-entry.js';

export interface CopyPorts {
  numbers: PartNumberRange;
  sink: PartSink;
  side: SideObjects;
  /** Bytes. The plan has numbers for parts of this size, so that no copy is smaller. */
  partSize: number;
  /** Prefix of the names of side objects. */
  prefix: string;
  signal: AbortSignal;
}

/** A file that is being copied. Its pieces must add up to the known sum. */
interface CopiedFile {
  entry: PlanEntry & { crc32: number };
  object: StoredObject;
  pieces: Promise<Summed>[];
}

/** The last bytes of a copied file, which wait for what follows them. Their part number is taken. */
interface Tail {
  file: CopiedFile;
  range: ByteSpan;
  number: number;
}

/** Copies of a segment at once. */
const PARALLEL_COPIES = 8;

/**
 * Writes entries whose bytes the store copies (S3: UploadPartCopy). Every part but the last has at least `minPart` bytes,
 * so bytes between two copied files that are fewer form a part with the end of the file before them (a joint). Bytes
 * before the first copied file form one with its beginning.
 */
export class CopiedEntries {
  private tail: Tail | null = null;
  private readonly gate = new Gate(PARALLEL_COPIES);

  constructor(
    private readonly context: SegmentContext,
    private readonly ports: CopyPorts,
  ) {}

  /** Places the header and starts the copies. */
  async write(entry: PlanEntry): Promise<void> {
    const { writer, limits } = this.context;
    const file = copiedFile(entry);
    await this.writeHeader(file);
    const start = writer.pending < limits.minPart && !this.tail ? await this.readBeginning(file) : 0;
    this.endTail();
    const end = entry.size - limits.minPart;
    const largest = Math.max(limits.maxCopy, this.ports.partSize);
    for (const range of equalRanges({ start, end }, largest))
      this.copy(file, range, this.ports.numbers.next());
    writer.skip(entry.size - start);
    this.tail = { file, range: { start: end, end: entry.size }, number: this.ports.numbers.next() };
  }

  /** True when bytes of a copied file wait for what follows them. */
  get hasTail(): boolean {
    return this.tail !== null;
  }

  /** Sends the end of the last copied file, with the bytes behind it when they are few. Needs a tail, or enough bytes. */
  endTail(): void {
    const { tail } = this;
    const rest = this.context.writer.flush();
    if (!tail) return;
    this.tail = null;
    if (rest) this.sendJoint(tail, rest);
    else this.copy(tail.file, tail.range, tail.number);
    this.verify(tail.file);
  }

  private async writeHeader({ entry }: CopiedFile): Promise<void> {
    const { writer, lines } = this.context;
    const format = formatOf(entry, { method: STORED, crc32: entry.crc32, packed: entry.size });
    const size = headerSizeOf(entry);
    writeLocalHeader(await writer.appended(size), format);
    lines.add(entryLine(entry.index, format, writer.position - size));
  }

  /** Reads as much of the file as its part lacks. Returns where the copies begin. */
  private async readBeginning(file: CopiedFile): Promise<number> {
    const { writer, limits } = this.context;
    const place = await writer.reserve(limits.minPart - writer.pending);
    const range = { start: 0, end: place.bytes.length };
    this.addPiece(file, async () => {
      const sum = await this.readRange(file, range, place.bytes);
      place.close(sum.crc32);
      return sum;
    });
    return range.end;
  }

  private copy(file: CopiedFile, range: ByteSpan, number: number): void {
    const { sink, signal } = this.ports;
    this.addPiece(file, () =>
      this.inTurn(async () => {
        const part = await this.context.files.orLost(file.entry, () =>
          sink.copyPart(number, file.object, range, signal),
        );
        const told = sumTold(part.crc32, range);
        this.addPart(part, told);
        this.context.files.copied(told.size);
        return told;
      }),
    );
  }

  private sendJoint(tail: Tail, rest: PartBuffer): void {
    this.addPiece(tail.file, () =>
      this.inTurn(async () => {
        await this.context.tasks.wait(rest.closed());
        const join = this.ports.side.joint ? this.joinInStore(tail, rest) : this.joinHere(tail, rest);
        const { part, end, whole } = await join;
        this.context.writer.release(rest);
        this.addPart(part, whole);
        return end;
      }),
    );
  }

  /** Joins inside the store, in a small upload of its own, and copies that. */
  private async joinInStore({ file, range, number }: Tail, rest: PartBuffer) {
    const { side, sink, signal, prefix } = this.ports;
    const literal = rest.sum();
    const joint = await this.context.files.orLost(file.entry, () =>
      side.joint!(`${prefix}joint-${number}`, file.object, range, [rest.bytes], literal.crc32, signal),
    );
    const end = sumTold(joint.copiedCrc32, range);
    const whole = combineAll([end, literal]);
    const part = await sink.copyPart(number, joint, { start: 0, end: whole.size }, signal);
    if (part.crc32 !== whole.crc32) throw new SumsDiffer('The store tells another sum of a joint.');
    this.context.files.copied(end.size);
    return { part, end, whole };
  }

  /** Reads the end of the file, for stores that cannot copy from a joint. */
  private async joinHere({ file, range, number }: Tail, rest: PartBuffer) {
    const bytes = Buffer.allocUnsafe(range.end - range.start);
    const end = await this.readRange(file, range, bytes);
    const whole = combineAll([end, rest.sum()]);
    const part = await this.ports.sink.sendPart(number, [bytes, rest.bytes], whole.crc32, this.ports.signal);
    return { part, end, whole };
  }

  private async readRange({ entry }: CopiedFile, range: ByteSpan, into: Buffer): Promise<Summed> {
    await this.context.files.readPlaced(entry, range, into);
    return { crc32: crc32(into), size: into.length };
  }

  /** The known sum may be wrong, and no sum of the archive would tell: the headers are made from it. */
  private verify({ entry, pieces }: CopiedFile): void {
    this.context.tasks.start(async () => {
      const told = combineAll(await this.context.tasks.wait(Promise.all(pieces)));
      if (told.crc32 !== entry.crc32)
        throw new SumsDiffer(`The known CRC-32 of entry ${entry.index} is wrong.`);
      this.context.files.ended();
    });
  }

  private addPiece({ pieces }: CopiedFile, work: () => Promise<Summed>): void {
    pieces.push(
      new Promise((resolve) => {
        this.context.tasks.start(async () => resolve(await work()));
      }),
    );
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    await this.gate.enter(this.context.tasks);
    try {
      this.context.tasks.signal.throwIfAborted();
      return await work();
    } finally {
      this.gate.leave();
    }
  }

  private addPart(part: SentPart, sum: Summed): void {
    this.context.record.parts.push({ ...part, ...sum });
  }
}

/** @throws SumsDiffer when the store does not tell the sum: without it the known one cannot be checked. */
function sumTold(told: number | null, { start, end }: ByteSpan): Summed {
  if (told === null) throw new SumsDiffer('The store tells no sum of a copied range.');
  return { crc32: told, size: end - start };
}

function copiedFile(entry: PlanEntry): CopiedFile {
  const { source, crc32: known } = entry;
  if (source.kind !== 'object' || known === null) throw new Error(`Entry ${entry.index} cannot be copied.`);
  return { entry: { ...entry, crc32: known }, object: { key: source.key, etag: source.etag }, pieces: [] };
}

/** Splits a range into equal ones of at most `largest` bytes. */
function equalRanges({ start, end }: ByteSpan, largest: number): ByteSpan[] {
  const count = Math.ceil((end - start) / largest);
  const at = (i: number) => start + Math.floor(((end - start) * i) / count);
  return Array.from({ length: count }, (_, i) => ({ start: at(i), end: at(i + 1) }));
}
