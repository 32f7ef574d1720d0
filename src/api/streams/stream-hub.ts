import { LonghaulError } from '../../contract/errors.js';
import { isFinal } from '../../contract/types.js';
import type { JobView } from '../downloads.js';
import type { JobWatchers } from '../job-watchers.js';
import { JobStream, type Sink, type StreamTimes } from './job-stream.js';

/** Far more than one API server should have; each costs some 20 KiB. */
const MAX_STREAMS = 10_000;
const LOOK_MS = 1_000;
const TIMES: StreamTimes = { heartbeatMs: 15_000, drainMs: 30_000 };

/** A stream that is to be opened. */
export interface NewStream {
  sink: Sink;
  view: JobView;
  /** The id of the event that the client saw last, if any. */
  seen: string | undefined;
  /** Signs a link to the archive of a completed job. */
  link: (view: JobView) => Promise<string | null>;
}

/** All streams of this API server. */
export class StreamHub {
  private readonly streams = new Set<JobStream>();
  private timer: NodeJS.Timeout | undefined;
  private closing = false;

  constructor(
    private readonly watchers: JobWatchers,
    private readonly times: StreamTimes & { lookMs: number } = { ...TIMES, lookMs: LOOK_MS },
    private readonly maxStreams = MAX_STREAMS,
  ) {}

  get size(): number {
    return this.streams.size;
  }

  /** @throws LonghaulError TOO_MANY_STREAMS when no other stream may be opened here. */
  assertRoom(): void {
    if (!this.closing && this.streams.size < this.maxStreams) return;
    throw new LonghaulError(
      'TOO_MANY_STREAMS',
      'This server has no room for another stream. Try again shortly.',
    );
  }

  /**
   * Shows the job as it is, and every change from then on.
   * @returns to be called when the client is gone.
   */
  open({ sink, view, seen, link }: NewStream): () => void {
    const stream = new JobStream(sink, this.times, seen, link);
    this.streams.add(stream);
    this.timer ??= setInterval(() => this.look(), this.times.lookMs).unref();
    const unwatch = isFinal(view.snapshot.status)
      ? () => {}
      : this.watchers.watch(view, (latest) => stream.show(latest));
    stream.show(view);
    return () => {
      unwatch();
      this.streams.delete(stream);
      if (this.streams.size === 0) this.stopLooking();
    };
  }

  /** Tells all clients to open their streams elsewhere, and takes no new ones. */
  restart(): void {
    this.closing = true;
    for (const stream of this.streams) stream.restart();
  }

  /** Cuts what has not ended by itself. */
  cut(): void {
    for (const stream of this.streams) stream.cut();
  }

  private look(): void {
    const now = Date.now();
    for (const stream of this.streams) stream.look(now);
  }

  private stopLooking(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
