import type { Readable } from 'node:stream';

export interface Part {
  /** From 1. */
  number: number;
  bytes: Buffer;
  last: boolean;
}

/** Buffers that are used again, because allocating eight megabytes at a time makes memory jump. */
export class BufferPool {
  private readonly free: Buffer[] = [];

  take(size: number): Buffer {
    const used = this.free.pop();
    return used?.length === size ? used : Buffer.allocUnsafeSlow(size);
  }

  /** Gives a buffer back that nobody reads any more. */
  release(buffer: Buffer): void {
    this.free.push(buffer);
  }
}

/**
 * Cuts a stream into parts of the size that `sizeOf(number, sent)` says; the last is what remains, and the only one
 * of an empty stream is empty. A part's bytes are the reader's until it releases them to the pool.
 */
export async function* cutIntoParts(
  body: Readable,
  sizeOf: (number: number, sent: number) => number,
  pool: BufferPool,
): AsyncGenerator<Part, void, void> {
  let number = 1;
  let sent = 0;
  let filled = 0;
  let buffer = pool.take(sizeOf(number, sent));
  for await (const chunk of body as AsyncIterable<Buffer | string>) {
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    for (let offset = 0; offset < bytes.length;) {
      // Full, and now it is known that more follows.
      if (filled === buffer.length) {
        sent += filled;
        yield { number: number++, bytes: buffer, last: false };
        buffer = pool.take(sizeOf(number, sent));
        filled = 0;
      }
      const copied = bytes.copy(buffer, filled, offset);
      filled += copied;
      offset += copied;
    }
  }
  yield { number, bytes: buffer.subarray(0, filled), last: true };
}
