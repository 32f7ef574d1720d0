import type { Readable } from 'node:stream';

/** Fills buffers from a stream, one after the other. */
export class SequentialFile {
  private readonly chunks: AsyncIterator<Buffer>;
  private rest: Buffer = Buffer.alloc(0);
  private position = 0;

  constructor(
    private readonly body: Readable,
    private readonly size: number,
  ) {
    this.chunks = (body as AsyncIterable<Buffer>)[Symbol.asyncIterator]();
  }

  /** Fills `into` with the next bytes. The last ones also wait for the end of the stream, which verifies the version. */
  async fill(into: Uint8Array): Promise<void> {
    for (let filled = 0; filled < into.length;) {
      if (this.rest.length === 0) this.rest = await this.next();
      const count = Math.min(this.rest.length, into.length - filled);
      into.set(this.rest.subarray(0, count), filled);
      this.rest = this.rest.subarray(count);
      filled += count;
    }
    this.position += into.length;
    if (this.position === this.size) await this.chunks.next();
  }

  close(): void {
    this.body.destroy();
  }

  private async next(): Promise<Buffer> {
    const { value, done } = await this.chunks.next();
    // A source yields exactly its size or fails.
    if (done) throw new Error(`The stream of a file ended before ${this.size} bytes.`);
    return value;
  }
}
