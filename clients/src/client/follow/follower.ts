import type { DownloadStatus } from '../api.js';
import type { ApiConnection } from '../connection.js';
import { LonghaulError } from '../errors.js';
import { isFinal } from '../job-status.js';
import type { ConnectionState, WatchCall } from '../options.js';
import { forward, hasMoved, visible } from './changes.js';
import { isLast, isOtherRun, type JobMessage, withMessage } from './job-message.js';
import type { Ladder, Rung } from './ladder.js';
import { isOffline, onPageChange } from './page.js';
import { passingFault } from './passing-fault.js';
import { faultDelay, pollDelay } from './poll.js';
import type { StatusQueue } from './status-queue.js';
import type { StreamEnd } from './stream.js';

/** A stream without news for this time is checked by a poll. */
const SILENT_MS = 25_000;

/** A stream that lasted for this time is sound: its end is the first of a new row. */
const STEADY_MS = 20_000;

/** Streams that broke in a row before the next way is tried: after 1, 2, 4, 8 and 16 s. */
const MAX_BREAKS = 5;
const MAX_BREAK_MS = 16_000;

/** Streams are opened no more often than this. */
const SOON_MS = 1_000;

/** Follows one job: reads its status, and opens the best stream with the ticket of each status. */
export class Follower {
  private last: DownloadStatus | undefined;
  private state: ConnectionState | undefined;
  private rung: Rung | undefined;
  private close = () => {};
  private wake = () => {};
  private lastId = '';
  /** The open stream has brought something. */
  private isLive = false;
  private openedAt = 0;
  private heardAt = 0;
  private triedAt = 0;
  private readAt = 0;
  private openAt = 0;
  /** Failed reads in a row, and streams that broke in a row. */
  private faults = 0;
  private breaks = 0;
  /** Gave up; skipped unless the network is to blame. */
  private suspect: Rung | undefined;
  /** A status is read at once. */
  private isUrgent = true;

  constructor(
    private readonly connection: ApiConnection,
    private readonly ladder: Ladder,
    private readonly jobId: string,
    private readonly call: WatchCall & { signal: AbortSignal },
    private readonly queue: StatusQueue,
  ) {}

  /** Resolves after the final status. @throws LonghaulError for 401, 403 and 404; the reason of the signal. */
  async run(): Promise<void> {
    const { signal } = this.call;
    onPageChange((type) => this.onPageChange(type), signal);
    signal.addEventListener('abort', () => this.wake());
    try {
      for (;;) {
        const status = await this.read();
        if (status && isFinal(status.status)) return;
        if (status) this.open(status);
        this.report();
        for (let ms; (ms = this.dueAt() - performance.now()) > 0;) {
          await this.rest(ms);
          signal.throwIfAborted();
        }
      }
    } finally {
      this.leave();
    }
  }

  /** Reads the status; undefined after a fault that passes. */
  private async read(): Promise<DownloadStatus | undefined> {
    this.isUrgent = false;
    try {
      const path = `v1/download/status/${encodeURIComponent(this.jobId)}`;
      const read = await this.connection.json<DownloadStatus>({ path, retryForMs: 0 }, this.call);
      if (typeof read.status !== 'string') throw new LonghaulError('BAD_ANSWER', 'The answer is no status.');
      const status = forward(this.last, read);
      this.faults = 0;
      this.triedAt = performance.now();
      this.readAt = this.triedAt + pollDelay(status.nextPollInMs);
      if (this.suspect) this.ladder.skip(this.suspect);
      this.suspect = undefined;
      const isSilent = this.isLive && this.triedAt - this.heardAt >= SILENT_MS;
      if (isSilent && hasMoved(this.last!, status)) this.ended(this.rung!, {});
      this.accept(status);
      return status;
    } catch (error) {
      this.call.signal.throwIfAborted();
      const fault = passingFault(error, this.last !== undefined);
      // A broken stream is opened again soon after the server is back.
      const delayMs = faultDelay(fault.retryAfterMs, this.faults++, this.breaks ? MAX_BREAK_MS : undefined);
      this.readAt = performance.now() + delayMs;
      this.suspect = undefined;
      this.call.onRetry?.(fault, delayMs);
      return undefined;
    }
  }

  private accept(status: DownloadStatus): void {
    const isNew = !this.last || isFinal(status.status) || visible(this.last) !== visible(status);
    this.last = status;
    if (isNew) this.queue.put(status);
  }

  /** Opens the best stream, unless there is one, or the last one broke just now. */
  private open(status: DownloadStatus): void {
    const now = performance.now();
    if (this.rung || now < this.openAt) return;
    this.openAt = Math.max(this.readAt, now + SOON_MS);
    const rung = this.ladder.best();
    if (!rung || !status.streamUrl) return;
    this.rung = rung;
    rung.streams++;
    this.close = rung.open(
      status,
      {
        opened: () => this.opened(rung),
        message: (message, id) => this.onMessage(message, id),
        ended: (end) => this.ended(rung, end),
      },
      this.lastId,
    );
  }

  private opened(rung: Rung): void {
    if (this.isLive) return;
    this.isLive = rung.worked = true;
    this.openedAt = this.heardAt = performance.now();
    this.report();
  }

  private onMessage(message: JobMessage, id = ''): void {
    this.heardAt = performance.now();
    this.lastId = id;
    // Before the stream: its end would call for another one.
    if (isLast(message)) {
      this.leave();
      this.openAt = this.heardAt + SOON_MS;
    }
    if (isLast(message) || isOtherRun(this.last!, message)) this.hurry();
    else this.accept(forward(this.last, withMessage(this.last!, message)));
  }

  private ended(rung: Rung, { restart, status = 0, retryAfterMs }: StreamEnd): void {
    const now = performance.now();
    const { isLive } = this;
    this.leave();
    if (isLive && now - this.openedAt > STEADY_MS) this.breaks = 0;
    // Refused for now, as any request may be.
    const isBusy = status === 429 || status >= 500;
    let delayMs = 500;
    if (!isLive && !rung.worked && !isBusy) this.suspect = rung;
    else if (this.breaks === MAX_BREAKS) {
      this.suspect = rung;
      this.breaks = 0;
    } else {
      delayMs = 1_000 * 2 ** this.breaks * (0.8 + 0.4 * Math.random());
      if (restart && this.breaks === 0) delayMs = 200 + 1_800 * Math.random();
      this.breaks++;
    }
    this.openAt = now + Math.max(delayMs, retryAfterMs ?? 0);
    if (status === 204) this.hurry();
    this.report();
    this.wake();
  }

  /** Closes the stream, if any. */
  private leave(): void {
    this.close();
    if (this.rung) this.rung.streams--;
    this.rung = undefined;
    this.isLive = false;
    this.close = () => {};
  }

  private dueAt(): number {
    if (this.isUrgent) return 0;
    if (this.faults > 0) return this.readAt;
    if (this.isLive) return Math.max(this.heardAt, this.triedAt) + SILENT_MS;
    return this.rung || !this.ladder.best() ? this.readAt : Math.min(this.readAt, this.openAt);
  }

  private rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  private hurry(): void {
    this.isUrgent = true;
    this.wake();
  }

  private onPageChange(type: string): void {
    if (type === 'online') {
      this.ladder.reset();
      this.breaks = this.openAt = 0;
    }
    this.hurry();
  }

  private report(): void {
    const isBroken = this.faults > 0 || this.breaks > 0;
    let state: ConnectionState = isBroken ? 'reconnecting' : 'polling';
    if (this.isLive) state = 'live';
    if (this.faults > 0 && isOffline()) state = 'offline';
    if (state !== this.state) this.call.onConnection?.((this.state = state));
  }
}
