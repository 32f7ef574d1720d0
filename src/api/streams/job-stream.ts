import type { StreamMessage } from '../../contract/http/snake-case-schemas.js';
import { isFinal } from '../../contract/snapshot.js';
import type { LinkedView } from '../../jobs/archive-link.js';
import type { JobView } from '../../jobs/jobs.js';
import { eventId, streamMessage } from './stream-message.js';

/** The client end of a stream: a WebSocket or an event stream. No method throws, also after a disconnect. */
export interface Sink {
  send(message: StreamMessage, id: string): void;
  /** Bytes sent but still buffered in this process. */
  bufferedBytes(): number;
  /** Keeps the connection alive. Destroys a WebSocket whose client did not answer the previous ping. */
  heartbeat(): void;
  /** Closes after the sent messages: the job has ended. */
  end(): void;
  /** Closes after the sent messages and asks the client to reconnect, to another server during a shutdown. */
  restart(): void;
  /** Destroys the connection immediately. */
  destroy(): void;
}

export interface StreamTimes {
  /** Time between heartbeats. */
  heartbeatMs: number;
  /** A client that reads nothing for this time is disconnected. */
  drainMs: number;
  /** A client that has not closed this long after `restart` is disconnected. */
  restartGraceMs: number;
}

/** A client with more buffered bytes than this is slow and gets no further message until it has read. */
const MAX_BUFFERED_BYTES = 64 * 1024;

/** The stream of one job to one client. */
export class JobStream {
  /** The newest view that a slow client has not received. Replaces all earlier ones. */
  private pending: JobView | undefined;
  private blockedSince: number | undefined;
  private restartedAt: number | undefined;
  private ended = false;
  private lastHeartbeatAt = performance.now();

  /**
   * @param lastEventId the id of the last event that the client received, if any.
   * @param link signs a link to the archive of an ended job.
   */
  constructor(
    private readonly sink: Sink,
    private readonly times: StreamTimes,
    private lastEventId: string | undefined,
    private readonly link: (view: JobView) => Promise<LinkedView>,
  ) {}

  /** Sends a view if the client would see a change. The view of an ended job is the last message. */
  update(view: JobView): void {
    const now = Date.now();
    const id = eventId(view, now);
    if (this.ended || id === this.lastEventId) return;
    if (this.isSlow()) this.pending = view;
    else if (isFinal(view.snapshot.status)) void this.finish(view, id);
    else {
      this.lastEventId = id;
      this.sink.send(streamMessage(view, null, now), id);
    }
  }

  /**
   * Sends heartbeats and disconnects clients that do not read or do not close. Call it about once a second.
   * @param now the time of `performance.now()`.
   */
  tick(now: number): void {
    if (this.restartedAt !== undefined && now - this.restartedAt >= this.times.restartGraceMs) {
      this.sink.destroy();
    }
    if (!this.isSlow() && !this.ended) {
      this.blockedSince = undefined;
      this.sendPending();
      this.heartbeat(now);
      return;
    }
    this.blockedSince ??= now;
    if (now - this.blockedSince >= this.times.drainMs) this.sink.destroy();
  }

  /** Asks the client to reconnect. */
  restart(): void {
    if (!this.ended) this.sink.restart();
    this.ended = true;
    this.restartedAt ??= performance.now();
  }

  private isSlow(): boolean {
    return this.sink.bufferedBytes() > MAX_BUFFERED_BYTES;
  }

  private sendPending(): void {
    const view = this.pending;
    this.pending = undefined;
    if (view) this.update(view);
  }

  private heartbeat(now: number): void {
    if (now - this.lastHeartbeatAt < this.times.heartbeatMs) return;
    this.lastHeartbeatAt = now;
    this.sink.heartbeat();
  }

  private async finish(view: JobView, id: string): Promise<void> {
    this.ended = true;
    try {
      const linked = await this.link(view);
      this.sink.send(streamMessage(linked.view, linked.downloadUrl, Date.now()), id);
      this.sink.end();
    } catch {
      // The link cannot be signed now. A client that reconnects gets a link, or the error.
      this.sink.restart();
      this.restartedAt ??= performance.now();
    }
  }
}
