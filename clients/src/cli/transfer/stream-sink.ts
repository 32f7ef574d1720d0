import { once } from 'node:events';
import type { Writable } from 'node:stream';
import { BrokenPipe } from '../output/console.js';
import { systemCode } from '../errors.js';
import { diskFailure } from './disk-failure.js';
import type { Sink } from './sink.js';

/** Standard output, a device or a pipe: bytes that have passed cannot be taken back. */
export class StreamSink implements Sink {
  offset = 0;
  etag: string | undefined;
  private failure: Error | undefined;

  constructor(
    private readonly stream: Writable,
    private readonly name: string,
  ) {
    stream.on('error', (error) => {
      this.failure = systemCode(error) === 'EPIPE' ? new BrokenPipe() : diskFailure(this.name, error);
    });
  }

  async keepEtag(etag: string | undefined): Promise<void> {
    this.etag = etag;
  }

  async write(chunk: Uint8Array): Promise<void> {
    if (this.failure) throw this.failure;
    const hasRoom = this.stream.write(chunk);
    this.offset += chunk.length;
    if (!hasRoom) await this.drained();
    if (this.failure) throw this.failure;
  }

  async restart(): Promise<boolean> {
    return this.offset === 0;
  }

  private async drained(): Promise<void> {
    const settled = new AbortController();
    const { signal } = settled;
    // A failed stream closes without draining.
    await Promise.race(['drain', 'close', 'error'].map((name) => once(this.stream, name, { signal }))).catch(
      () => {},
    );
    settled.abort();
  }

  /** Waits until all bytes have left. */
  async flush(): Promise<void> {
    await new Promise<void>((resolve) => this.stream.write('', () => resolve()));
    if (this.failure) throw this.failure;
  }
}
