import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { Readable } from 'node:stream';

/** Bytes that hold no pattern, so that a part in the wrong place shows. */
export function noise(size: number): Buffer {
  return randomBytes(size);
}

/** A stream of `bytes` in chunks whose borders fall nowhere near those of parts. */
export function streamOf(bytes: Buffer, chunkSize = 50_021): Readable {
  return Readable.from(chunksOf(bytes, chunkSize), { objectMode: false });
}

/** A stream of `bytes` that then waits, for ever or until it is released, and ends or fails. */
export class HangingBody {
  private release!: (error?: Error) => void;
  private readonly released = new Promise<Error | undefined>((resolve) => {
    this.release = resolve;
  });
  readonly stream: Readable;

  constructor(bytes: Buffer) {
    this.stream = Readable.from(this.generate(bytes), { objectMode: false });
  }

  end(): void {
    this.release();
  }

  fail(error: Error): void {
    this.release(error);
  }

  /** Resolves when nobody will read the stream any more. */
  async closed(): Promise<void> {
    if (!this.stream.closed) await once(this.stream, 'close');
  }

  private async *generate(bytes: Buffer) {
    yield* chunksOf(bytes, 65_536);
    const error = await this.released;
    if (error) throw error;
  }
}

export async function readAll(stream: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function* chunksOf(bytes: Buffer, size: number) {
  for (let offset = 0; offset < bytes.length; offset += size) yield bytes.subarray(offset, offset + size);
}
