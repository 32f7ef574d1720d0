import { combineAll } from '../format/crc32.js';
import type { Limits } from '../limits.js';
import type { Buffers } from '../ports.js';
import { PartBuffer, type Place } from './part-buffer.js';
import { Gate, type Tasks } from './tasks.js';

/** Bytes that make a part. */
export interface OutgoingPart {
  number: number;
  buffers: Buffer[];
  crc32: number;
  /** Bytes. */
  size: number;
  /** Bytes of all parts before it. */
  position: number;
}

export interface PartWriterOptions {
  limits: Pick<Limits, 'minPart'>;
  /** Bytes. */
  partSize: number;
  /** Bytes of the first part, if it is to be smaller. */
  firstPart?: number;
  buffers: Buffers;
  tasks: Tasks;
  /** Sends one part. Several run at once. */
  send: (part: OutgoingPart) => Promise<void>;
}

/** Parts in memory: one with an open header, one held, one being filled, and one on its way. Large parts do without that. */
const [MIN_BUFFERS, MAX_BUFFERS] = [3, 4];
/** Bytes of parts in memory, as far as `MIN_BUFFERS` permits. */
export const BUFFER_BYTES = 36 * 1024 * 1024;

function buffersOf(partSize: number): number {
  return Math.min(Math.max(Math.floor(BUFFER_BYTES / partSize), MIN_BUFFERS), MAX_BUFFERS);
}

/** Returns the most bytes of parts that one segment has in memory. */
export function bufferBytesOf(partSize: number): number {
  return buffersOf(partSize) * partSize;
}

/**
 * Cuts bytes into parts. A full part is held until `minPart` bytes follow it, otherwise the bytes behind it could be too
 * few for a part of their own. A part leaves as soon as no place in it is open.
 */
export class PartWriter {
  /** Bytes reserved and skipped since the beginning. */
  position = 0;
  private current: PartBuffer | null = null;
  private held: PartBuffer | null = null;
  private readonly memory: Gate;
  private readonly taken = new Set<Buffer>();
  private opened = 0;
  private dispatched = 0;

  constructor(
    private readonly options: PartWriterOptions,
    private readonly numbers: PartNumberRange,
  ) {
    this.memory = new Gate(buffersOf(options.partSize));
  }

  /** Bytes that fit without waiting. */
  get room(): number {
    return this.current?.room ?? 0;
  }

  /** Bytes since the last boundary that no part has yet. */
  get pending(): number {
    return (this.held?.used ?? 0) + (this.current?.used ?? 0);
  }

  /** Returns the next bytes, all in one part, to be filled at once. */
  async appended(size: number): Promise<Buffer> {
    if (this.room < size) await this.openPart();
    return this.appendedNow(size);
  }

  /** As `appended`, when `room` suffices. */
  appendedNow(size: number): Buffer {
    const bytes = this.current!.appended(size);
    this.advance(size);
    return bytes;
  }

  /** Appends bytes, when `room` suffices. */
  writeNow(bytes: Uint8Array): void {
    this.current!.append(bytes);
    this.advance(bytes.length);
  }

  /** Appends bytes, over several parts if need be. */
  async write(bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length;) {
      if (this.room === 0) await this.openPart();
      const size = Math.min(this.room, bytes.length - at);
      this.writeNow(bytes.subarray(at, at + size));
      at += size;
    }
  }

  /** Reserves bytes, all in one part. */
  async reserve(size: number): Promise<Place> {
    if (this.room < size) await this.openPart();
    return this.reserveNow(size);
  }

  /** Reserves as many bytes as the part has room for, at most `size`. */
  async reserveSome(size: number): Promise<Place> {
    if (this.room === 0) await this.openPart();
    return this.reserveNow(Math.min(size, this.room));
  }

  /** Counts bytes that reach the archive without the writer. */
  skip(size: number): void {
    this.position += size;
  }

  /**
   * Ends the part. Returns the bytes since the last boundary when they are too few for a part; the caller sends them
   * otherwise, and returns them with `release`.
   */
  flush(): PartBuffer | null {
    const { current, held } = this;
    this.current = null;
    this.held = null;
    if (!current) {
      if (held) this.dispatch([held]);
      return null;
    }
    if (current.used >= this.options.limits.minPart) {
      if (held) this.dispatch([held]);
      this.dispatch([current]);
      return null;
    }
    if (!held) return current;
    this.dispatch([held, current]);
    return null;
  }

  /** Sends bytes that are too few for a part. Only the last part of an upload may be such. */
  sendLast(rest: PartBuffer): void {
    this.dispatch([rest]);
  }

  release({ buffer }: PartBuffer): void {
    this.taken.delete(buffer);
    this.options.buffers.release(buffer);
    this.memory.leave();
  }

  /** Returns all buffers. Call it once all tasks are settled. */
  dispose(): void {
    for (const buffer of this.taken) this.options.buffers.release(buffer);
    this.taken.clear();
  }

  private reserveNow(size: number): Place {
    const place = this.current!.reserve(size);
    this.advance(size);
    return place;
  }

  private advance(size: number): void {
    this.position += size;
    if (!this.held || this.current!.used < this.options.limits.minPart) return;
    this.dispatch([this.held]);
    this.held = null;
  }

  private async openPart(): Promise<void> {
    if (this.current) this.held = this.current;
    this.current = null;
    const { partSize, firstPart, buffers, tasks } = this.options;
    await this.memory.enter(tasks);
    const buffer = buffers.take(partSize);
    this.taken.add(buffer);
    this.current = new PartBuffer(buffer, this.opened === 0 ? firstPart : partSize);
    this.opened += 1;
  }

  private dispatch(parts: readonly PartBuffer[]): void {
    const { tasks, send } = this.options;
    const number = this.numbers.next();
    const position = this.dispatched;
    for (const { used } of parts) this.dispatched += used;
    tasks.start(async () => {
      await tasks.wait(Promise.all(parts.map((part) => part.closed())));
      await send({
        number,
        position,
        buffers: parts.map(({ bytes }) => bytes),
        ...combineAll(parts.map((part) => part.sum())),
      });
      for (const part of parts) this.release(part);
    });
  }
}

/** The numbers that one attempt may use. */
export class PartNumberRange {
  private used = 0;

  constructor(
    private readonly first: number,
    private readonly count: number,
  ) {}

  /** @throws Error past the range, because the next numbers belong to another segment. */
  next(): number {
    if (this.used === this.count) throw new Error(`All ${this.count} part numbers of the segment are used.`);
    this.used += 1;
    return this.first + this.used - 1;
  }
}
