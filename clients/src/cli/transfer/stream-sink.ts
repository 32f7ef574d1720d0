import type { Writable } from 'node:stream';
import { systemCode } from '../errors.js';
import { BrokenPipe } from '../output/console.js';
import { diskFailure } from './disk-failure.js';
import type { Sink } from './sink.js';

/** Standard output, a device or a pipe: bytes that have passed cannot be taken back. */
export class StreamSink implements Sink {
  offset = 0;
  etag: string | undefined;

  constructor(
    private readonly stream: Writable,
    private readonly name: string,
    private readonly signal: AbortSignal,
  ) {
    // The write reports it. Without a listener it would end the process.
    stream.on('error', () => {});
  }

  async keepEtag(etag: string | undefined): Promise<void> {
    this.etag = etag;
  }

  /** Waits until the bytes have left. @throws CommandError, BrokenPipe, or the reason of the signal */
  async write(chunk: Uint8Array): Promise<void> {
    const { stream, signal } = this;
    await new Promise<void>((resolve, reject) => {
      const stop = () => reject(signal.reason as Error);
      signal.addEventListener('abort', stop, { once: true });
      stream.write(chunk, (error) => {
        signal.removeEventListener('abort', stop);
        if (error) reject(this.failure(error));
        else resolve();
      });
    });
    this.offset += chunk.length;
  }

  async restart(): Promise<boolean> {
    return this.offset === 0;
  }

  private failure(error: Error): Error {
    return systemCode(error) === 'EPIPE' ? new BrokenPipe() : diskFailure(this.name, error);
  }
}
