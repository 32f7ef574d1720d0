import type { Readable } from 'node:stream';

export interface Part {
  /** Starts at 1. */
  number: number;
  bytes: Buffer;
  last: boolean;
}

/** Bytes that a pool keeps at most, otherwise the large parts of one archive would stay for ever. */
const MAX_KEPT = 64 * 1024 * 1024;

/** Reuses buffers, because allocating megabytes per part makes memory use jump. */
export class BufferPool {
  private readonly free: Buffer[] = [];
  private kept = 0;

  take(size: number): Buffer {
    const at = this.free.findIndex(({ length }) => length === size);
    if (at < 0) return Buffer.allocUnsafeSlow(size);
    this.kept -= size;
    return this.free.splice(at, 1)[0]!;
  }

  /** Returns a buffer to the pool. The caller must not use it afterwards. */
  release(buffer: Buffer): void {
    if (this.kept + buffer.length > MAX_KEPT) return;
    this.kept += buffer.length;
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
