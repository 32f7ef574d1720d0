import { LonghaulError } from '../../contract/errors.js';
import { isFinal } from '../../contract/snapshot.js';
import type { LinkedView } from '../../jobs/archive-link.js';
import type { JobView } from '../../jobs/jobs.js';
import type { JobWatchers } from '../../jobs/status/job-watchers.js';
import { JobStream, type Sink, type StreamTimes } from './job-stream.js';

const TICK_MS = 1_000;
const TIMES: StreamTimes = { heartbeatMs: 15_000, drainMs: 30_000, restartGraceMs: 3_000 };

/** Maximum number of open streams. */
export interface StreamLimits {
  total: number;
  perUser: number;
}

/** Far above the expected load; a stream takes about 20 KiB. The limit per user keeps one user from taking all. */
export const STREAM_LIMITS: StreamLimits = { total: 10_000, perUser: 1_000 };

export type StreamKind = 'websocket' | 'events';

/** A stream to open. */
export interface NewStream {
  kind: StreamKind;
  sink: Sink;
  view: JobView;
  /** The id of the last event that the client received, if any. */
  lastEventId: string | undefined;
  /** Signs a link to the archive of an ended job. */
  link: (view: JobView) => Promise<LinkedView>;
}

/** All streams of this API server. */
export class StreamHub {
  private readonly streams = new Set<JobStream>();
  private readonly byKind = { websocket: 0, events: 0 };
  private readonly perUser = new Map<string, number>();
  private timer: NodeJS.Timeout | undefined;
  private closing = false;

  constructor(
    private readonly watchers: JobWatchers,
    private readonly limits: StreamLimits = STREAM_LIMITS,
    private readonly times: StreamTimes & { tickMs: number } = { ...TIMES, tickMs: TICK_MS },
  ) {}

  get size(): number {
    return this.streams.size;
  }

  sizeOf(kind: StreamKind): number {
    return this.byKind[kind];
  }

  /**
   * Checks the limits before a stream is opened.
   * @throws LonghaulError TOO_MANY_STREAMS for the limit of this server, RATE_LIMITED for that of the user.
   */
  assertRoom(userId: string): void {
    if (this.streams.size >= this.limits.total) {
      const message = 'This server has reached its stream limit. Try again in a moment, or poll the status.';
      throw new LonghaulError('TOO_MANY_STREAMS', message);
    }
    const { perUser } = this.limits;
    if (this.openOf(userId) < perUser) return;
    const message = `Stream limit reached: ${perUser} open. Close some, or poll the status.`;
    throw new LonghaulError('RATE_LIMITED', message);
  }

  /**
   * Sends the current view of a job and every change. During a shutdown, asks the client to reconnect instead.
   * @returns a function to call when the client disconnects.
   */
  open({ kind, sink, view, lastEventId, link }: NewStream): () => void {
    const stream = new JobStream(sink, this.times, lastEventId, link);
    const { userId } = view.snapshot;
    this.add(stream, userId, kind);
    if (this.closing) stream.restart();
    const unwatch = this.follow(stream, view);
    stream.update(view);
    return () => {
      unwatch();
      this.remove(stream, userId, kind);
    };
  }

  /** Asks the clients of all streams, and of those opened later, to reconnect to another server. */
  restart(): void {
    this.closing = true;
    for (const stream of this.streams) stream.restart();
  }

  /** Restarts the streams of a deleted job: a client that reconnects gets JOB_NOT_FOUND. */
  private follow(stream: JobStream, view: JobView): () => void {
    if (this.closing || isFinal(view.snapshot.status)) return () => {};
    return this.watchers.watch(view, {
      changed: (latest) => stream.update(latest),
      gone: () => stream.restart(),
    });
  }

  private add(stream: JobStream, userId: string, kind: StreamKind): void {
    this.streams.add(stream);
    this.byKind[kind] += 1;
    this.perUser.set(userId, this.openOf(userId) + 1);
    this.timer ??= setInterval(() => this.tick(), this.times.tickMs).unref();
  }

  private remove(stream: JobStream, userId: string, kind: StreamKind): void {
    if (!this.streams.delete(stream)) return;
    this.byKind[kind] -= 1;
    const remaining = this.openOf(userId) - 1;
    if (remaining > 0) this.perUser.set(userId, remaining);
    else this.perUser.delete(userId);
    if (this.streams.size === 0) this.stopTimer();
  }

  private openOf(userId: string): number {
    return this.perUser.get(userId) ?? 0;
  }

  private tick(): void {
    const now = performance.now();
    for (const stream of this.streams) stream.tick(now);
  }

  private stopTimer(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }
}
