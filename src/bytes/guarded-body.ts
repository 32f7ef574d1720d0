import { Readable } from 'node:stream';

export interface GuardOptions {
  signal?: AbortSignal | undefined;
  /** Milliseconds that the consumer may wait for the next byte; no limit when absent. */
  stallMs?: number;
  /** Maps an error of the source. */
  toError(error: unknown): unknown;
}

/** Limits the buffered bytes. Large enough that a slow source is not paused after every chunk. */
const HIGH_WATER_MARK = 256 * 1024;

/**
 * Returns the bytes of `source`. Fails with the mapped error when the source fails or sends no byte for `stallMs` while
 * the consumer waits, and with the signal's reason when that aborts. Fails at once even if the source cannot: a
 * generator that awaits something cannot be destroyed before it resumes.
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
    // Pause first, otherwise the `data` listener would start the flow before anything reads.
    source.pause();
    source.on('data', this.forward);
    source.once('end', () => this.push(null));
    // Never removed: a destroyed source may still emit an error, which would crash the process.
    source.on('error', (error) => this.destroy(asError(options.toError(error))));
    source.once('close', () => {
      if (!source.readableEnded)
        this.destroy(asError(options.toError(new Error('The body closed before its end'))));
    });
    options.signal?.addEventListener('abort', this.abort, { once: true });
    if (options.signal?.aborted) this.abort();
    // A destroyed source emits no more events.
    if (source.destroyed)
      this.destroy(asError(options.toError(source.errored ?? new Error('The body is already closed'))));
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
    // Stop the timer: a slow consumer is not a stall of the source.
    this.source.pause();
    clearTimeout(this.stallTimer);
    this.stallTimer = undefined;
  };

  private expectBytes(): void {
    if (this.options.stallMs === undefined || this.stallTimer) return;
    this.stallTimer = setTimeout(() => this.onStall(), this.options.stallMs);
  }

  /** Checks again on the next tick: after an event-loop stall the timer fires before queued data. */
  private onStall(): void {
    const before = this.chunks;
    setImmediate(() => {
      if (this.chunks !== before || this.readableEnded || this.destroyed) return;
      const error = new Error(`No byte received for ${this.options.stallMs} ms`);
      this.destroy(asError(this.options.toError(error)));
    });
  }
}

/** Returns an error to destroy a stream with. An absent reason becomes an error, otherwise the stream would end normally. */
function asError(reason: unknown): Error {
  return (reason ?? new Error('The read was aborted')) as Error;
}
