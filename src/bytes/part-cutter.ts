import type { Readable } from 'node:stream';

export interface Part {
  /** Starts at 1. */
  number: number;
  bytes: Buffer;
  last: boolean;
}

/** Reuses buffers, because allocating megabytes per part makes memory use jump. */
export class BufferPool {
  private readonly free: Buffer[] = [];

  take(size: number): Buffer {
    const used = this.free.pop();
    return used?.length === size ? used : Buffer.allocUnsafeSlow(size);
  }

  /** Returns a buffer to the pool. The caller must not use it afterwards. */
  release(buffer: Buffer): void {
    this.free.push(buffer);
  }
}

/**
 * Cuts a stream into parts. `sizeOf(number, sent)` gives the size of each part in bytes; the last part is the rest. An
 * empty stream yields one empty part. The consumer owns the bytes of a part until it releases them to the pool.
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
      // Yield a full part only now, because more bytes prove that it is not the last.
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
