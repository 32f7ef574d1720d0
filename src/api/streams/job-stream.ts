import { isFinal } from '../../contract/snapshot.js';
import type { JobView } from '../../jobs/jobs.js';
import type { StreamMessage } from '../../contract/http/snake-case-schemas.js';
import { eventId, streamMessage } from './stream-message.js';

/** Where a stream goes: a WebSocket or an event stream. None of its methods throws, also when the client is gone. */
export interface Sink {
  send(message: StreamMessage, id: string): void;
  /** Bytes that were sent and have not left this process. */
  waiting(): number;
  /** Shows both ends that the other is there; cuts a client that did not answer the last one, where it can answer. */
  beat(): void;
  /** Ends after what was sent: the job has ended. */
  end(): void;
  /** Ends after what was sent: the client is to open another stream, elsewhere. */
  restart(): void;
  /** Cuts the connection at once. */
  cut(): void;
}

export interface StreamTimes {
  /** Between two signs of life. */
  heartbeatMs: number;
  /** How long a client may read nothing before it is cut. */
  drainMs: number;
  /** How long it may take to leave when it is sent elsewhere. */
  leaveMs: number;
}

/** With so many bytes waiting a client counts as slow, and gets nothing more until it has read. */
const MAX_WAITING_BYTES = 64 * 1024;

/** What one client is told of one job. */
export class JobStream {
  /** The newest view while the client is slow: it takes the place of all before it. */
  private heldBack: JobView | undefined;
  private stuckSince: number | undefined;
  private sentAwayAt: number | undefined;
  private ended = false;
  private beatAt = Date.now();

  /**
   * @param shown the id of the event that the client saw last, if any.
   * @param link signs a link to the archive of a completed job.
   */
  constructor(
    private readonly sink: Sink,
    private readonly times: StreamTimes,
    private shown: string | undefined,
    private readonly link: (view: JobView) => Promise<string | null>,
  ) {}

  /** Tells the client of a view in which it sees something new. After that of an ended job it tells nothing more. */
  show(view: JobView): void {
    const now = Date.now();
    const id = eventId(view, now);
    if (this.ended || id === this.shown) return;
    if (this.isSlow()) this.heldBack = view;
    else if (isFinal(view.snapshot.status)) void this.finish(view, id);
    else {
      this.shown = id;
      this.sink.send(streamMessage(view, null, now), id);
    }
  }

  /**
   * To be called about once a second: looks after clients that do not read or do not leave, and shows the others that we
   * are there.
   */
  look(now: number): void {
    if (this.sentAwayAt !== undefined && now - this.sentAwayAt >= this.times.leaveMs) this.sink.cut();
    if (!this.isSlow() && !this.ended) {
      this.stuckSince = undefined;
      this.showHeldBack();
      this.beat(now);
      return;
    }
    this.stuckSince ??= now;
    if (now - this.stuckSince >= this.times.drainMs) this.sink.cut();
  }

  /** Sends the client elsewhere. */
  restart(): void {
    if (!this.ended) this.sink.restart();
    this.ended = true;
    this.sentAwayAt ??= Date.now();
  }

  private isSlow(): boolean {
    return this.sink.waiting() > MAX_WAITING_BYTES;
  }

  private showHeldBack(): void {
    const view = this.heldBack;
    this.heldBack = undefined;
    if (view) this.show(view);
  }

  private beat(now: number): void {
    if (now - this.beatAt < this.times.heartbeatMs) return;
    this.beatAt = now;
    this.sink.beat();
  }

  private async finish(view: JobView, id: string): Promise<void> {
    this.ended = true;
    try {
      this.sink.send(streamMessage(view, await this.link(view), Date.now()), id);
      this.sink.end();
    } catch {
      // No link can be signed now: a client that comes again gets one, or learns why not.
      this.sink.restart();
      this.sentAwayAt ??= Date.now();
    }
  }
}
