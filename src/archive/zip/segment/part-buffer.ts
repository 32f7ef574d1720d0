import { combineAll, crc32, type Summed } from '../format/crc32.js';

/** Bytes in a part, filled later than those behind them. */
export interface Place {
  bytes: Buffer;
  /** Marks the bytes as filled. A known CRC-32 saves a pass over them. */
  close(crc32?: number): void;
}

interface Piece {
  size: number;
  crc32: number | null;
  isAppended: boolean;
}

/** The bytes of one part. Places in it are reserved in order and filled in any order. */
export class PartBuffer {
  used = 0;
  private readonly pieces: Piece[] = [];
  private open = 0;
  private readonly waiting: (() => void)[] = [];

  /** @param limit Bytes of the buffer to use. */
  constructor(
    readonly buffer: Buffer,
    private readonly limit = buffer.length,
  ) {}

  get room(): number {
    return this.limit - this.used;
  }

  get bytes(): Buffer {
    return this.buffer.subarray(0, this.used);
  }

  /** Appends bytes that fit. */
  append(bytes: Uint8Array): void {
    this.buffer.set(bytes, this.used);
    this.advance(bytes.length);
  }

  /** Returns the next bytes, to be filled at once. */
  appended(size: number): Buffer {
    const bytes = this.buffer.subarray(this.used, this.used + size);
    this.advance(size);
    return bytes;
  }

  /** Reserves bytes that fit. The part cannot leave before all of its places are closed. */
  reserve(size: number): Place {
    const bytes = this.buffer.subarray(this.used, this.used + size);
    const piece: Piece = { size, crc32: null, isAppended: false };
    this.pieces.push(piece);
    this.used += size;
    this.open += 1;
    return {
      bytes,
      close: (sum) => {
        piece.crc32 = sum ?? crc32(bytes);
        this.open -= 1;
        if (this.open === 0) for (const wake of this.waiting.splice(0)) wake();
      },
    };
  }

  /** Resolves when no place is open. */
  closed(): Promise<void> {
    return this.open === 0 ? Promise.resolve() : new Promise((resolve) => this.waiting.push(resolve));
  }

  /** Returns the CRC-32 of all bytes. Call it once all places are closed. */
  sum(): Summed {
    let end = 0;
    return combineAll(
      this.pieces.map(({ size, crc32: known }) => {
        end += size;
        return { size, crc32: known ?? crc32(this.buffer.subarray(end - size, end)) };
      }),
    );
  }

  /** Joins small appended pieces, because one sum over all of them is faster than combining theirs. */
  private advance(size: number): void {
    const last = this.pieces.at(-1);
    if (last?.isAppended) last.size += size;
    else this.pieces.push({ size, crc32: null, isAppended: true });
    this.used += size;
  }
}
