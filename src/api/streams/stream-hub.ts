import { LonghaulError } from '../../contract/errors.js';
import { isFinal } from '../../contract/snapshot.js';
import type { JobView } from '../../jobs/jobs.js';
import type { JobWatchers } from '../../jobs/status/job-watchers.js';
import { JobStream, type Sink, type StreamTimes } from './job-stream.js';

const LOOK_MS = 1_000;
const TIMES: StreamTimes = { heartbeatMs: 15_000, drainMs: 30_000, leaveMs: 3_000 };

/** How many streams may be open at once. */
export interface StreamLimits {
  total: number;
  perUser: number;
}

/** Far more than one API server should have; each costs some 20 KiB. And none of its users may have all of them. */
export const STREAM_LIMITS: StreamLimits = { total: 10_000, perUser: 1_000 };

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
  private readonly perUser = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private closing = false;

  constructor(
    private readonly watchers: JobWatchers,
    private readonly limits: StreamLimits = STREAM_LIMITS,
    private readonly times: StreamTimes & { lookMs: number } = { ...TIMES, lookMs: LOOK_MS },
  ) {}

  get size(): number {
    return this.streams.size;
  }

  /**
   * @throws LonghaulError RATE_LIMITED when the user may open no other stream here, TOO_MANY_STREAMS when nobody may.
   */
  assertRoom(userId: string): void {
    if (this.streams.size >= this.limits.total) {
      const message = 'This server has no room for another stream. Try again shortly.';
      throw new LonghaulError('TOO_MANY_STREAMS', message);
    }
    const { perUser } = this.limits;
    if (this.openOf(userId) < perUser) return;
    const message = `You have ${perUser} streams open here, the most there may be. Close some, or poll the status.`;
    throw new LonghaulError('RATE_LIMITED', message);
  }

  /**
   * Shows the job as it is, and every change from then on; while the server shuts down, that there is nothing to see here.
   * @returns to be called when the client is gone.
   */
  open({ sink, view, seen, link }: NewStream): () => void {
    const stream = new JobStream(sink, this.times, seen, link);
    const { userId } = view.snapshot;
    this.add(stream, userId);
    if (this.closing) stream.restart();
    const unwatch = this.follow(stream, view);
    stream.show(view);
    return () => {
      unwatch();
      this.remove(stream, userId);
    };
  }

  /** Tells all clients to open their streams elsewhere, also those that are yet to come. */
  restart(): void {
    this.closing = true;
    for (const stream of this.streams) stream.restart();
  }

  /** A job that is gone ends its streams: who comes again is told so by the route. */
  private follow(stream: JobStream, view: JobView): () => void {
    if (this.closing || isFinal(view.snapshot.status)) return () => {};
    return this.watchers.watch(view, {
      changed: (latest) => stream.show(latest),
      gone: () => stream.restart(),
    });
  }

  private add(stream: JobStream, userId: string): void {
    this.streams.add(stream);
    this.perUser.set(userId, this.openOf(userId) + 1);
    this.timer ??= setInterval(() => this.look(), this.times.lookMs).unref();
  }

  private remove(stream: JobStream, userId: string): void {
    if (!this.streams.delete(stream)) return;
    const left = this.openOf(userId) - 1;
    if (left > 0) this.perUser.set(userId, left);
    else this.perUser.delete(userId);
    if (this.streams.size === 0) this.stopLooking();
  }

  private openOf(userId: string): number {
    return this.perUser.get(userId) ?? 0;
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
