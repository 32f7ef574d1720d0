import { Readable } from 'node:stream';

export interface GuardOptions {
  signal?: AbortSignal | undefined;
  /** How long the consumer may wait for the next byte. */
  stallMs?: number;
  /** Makes an error of the source one of ours. */
  toError(error: unknown): unknown;
}

/** Chunks are passed on as they are, so this bounds memory only; it spares a slow source being paused too often. */
const HIGH_WATER_MARK = 256 * 1024;

/**
 * The bytes of `source`, ending with an error of ours when it fails, with the signal's reason when that aborts,
 * and with a time-out when no byte came for `stallMs` though the consumer wanted some. It ends at once, also when the
 * source does not: a generator that waits for something cannot be destroyed before it goes on.
 */
export function guardBody(source: Readable, options: GuardOptions): Readable {
  return new GuardedBody(source, options);
}

class GuardedBody extends Readable {
  private stallTimer: NodeJS.Timeout | undefined;
  private chunks = 0;

  constructor(
    private readonly source: Readable,
    private readonly options: GuardOptions,
  ) {
    super({ highWaterMark: HIGH_WATER_MARK });
    // Paused first: a listener for `data` would set the source flowing before anybody reads.
    source.pause();
    source.on('data', this.forward);
    source.once('end', () => this.push(null));
    // Stays for good: a source that is destroyed may still report an error, which nobody else would catch.
    source.on('error', (error) => this.destroy(asError(options.toError(error))));
    source.once('close', () => {
      if (!source.readableEnded) this.destroy(asError(options.toError(new Error('The body ended early'))));
    });
    options.signal?.addEventListener('abort', this.abort, { once: true });
    if (options.signal?.aborted) this.abort();
    // Such a source will emit nothing any more.
    if (source.destroyed)
      this.destroy(asError(options.toError(source.errored ?? new Error('The body is closed'))));
  }

  override _read(): void {
    this.expectBytes();
    this.source.resume();
  }

  override _destroy(error: Error | null, callback: (error: Error | null) => void): void {
    clearTimeout(this.stallTimer);
    this.options.signal?.removeEventListener('abort', this.abort);
    this.source.off('data', this.forward);
    this.source.destroy();
    callback(error);
  }

  private readonly abort = () => this.destroy(asError(this.options.signal?.reason));

  private readonly forward = (chunk: Buffer) => {
    this.chunks++;
    this.stallTimer?.refresh();
    if (this.push(chunk)) return;
    // The consumer has enough for now; the time it takes is not the source's.
    this.source.pause();
    clearTimeout(this.stallTimer);
    this.stallTimer = undefined;
  };

  private expectBytes(): void {
    if (this.options.stallMs === undefined || this.stallTimer) return;
    this.stallTimer = setTimeout(() => this.onSilence(), this.options.stallMs);
  }

  /** A process that was busy for long finds the timer due and the bytes unread: those count. */
  private onSilence(): void {
    const seen = this.chunks;
    setImmediate(() => {
      if (this.chunks !== seen || this.readableEnded || this.destroyed) return;
      const error = new Error(`No byte came for ${this.options.stallMs} ms`);
      this.destroy(asError(this.options.toError(error)));
    });
  }
}

/** What a stream can be destroyed with: the reason of an abort may be anything, but nothing at all would be a good end. */
function asError(reason: unknown): Error {
  return (reason ?? new Error('The read was aborted')) as Error;
}
