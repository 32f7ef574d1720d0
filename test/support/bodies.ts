import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';

/** Random bytes, so that a misplaced part is detected. */
export function noise(size: number): Buffer {
  return randomBytes(size);
}

/** A stream of `bytes` in chunks that do not align with upload parts. */
export function streamOf(bytes: Buffer, chunkSize = 50_021): Readable {
  return Readable.from(chunksOf(bytes, chunkSize), { objectMode: false });
}

/** A stream of `bytes` that then hangs until the test ends or fails it. */
export class HangingBody {
  private release!: (error?: Error) => void;
  private readonly released = new Promise<Error | undefined>((resolve) => {
    this.release = resolve;
  });
  readonly stream: Readable;
  /** True when all bytes were read and the stream hangs. */
  given = false;

  constructor(bytes: Buffer) {
    this.stream = Readable.from(this.generate(bytes), { objectMode: false });
  }

  end(): void {
    this.release();
  }

  fail(error: Error): void {
    this.release(error);
  }

  private async *generate(bytes: Buffer) {
    yield* chunksOf(bytes, 65_536);
    this.given = true;
    const error = await this.released;
    if (error) throw error;
  }
}

/** Collects everything an iterable yields. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

export async function readAll(stream: Readable): Promise<Buffer> {
  return Buffer.concat(await collect(stream as AsyncIterable<Buffer>));
}

function* chunksOf(bytes: Buffer, size: number) {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}
