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

/** Streams that broke in a row before the next way is tried: after about 1, 2, 4, 8 and 16 s. */
const MAX_BREAKS = 5;
const MAX_BREAK_MS = 16_000;

/** Statuses are read no more often than this. */
const MIN_GAP_MS = 500;

/** Streams are opened no more often than this. */
const SOON_MS = 1_000;

/**
 * Follows one job: reads its status, and opens the best stream with the ticket of each status. Resolves after the final
 * status.
 * @throws LonghaulError for 401, 403 and 404; the reason of the signal.
 */
export async function runFollower(
  connection: ApiConnection,
  ladder: Ladder,
  jobId: string,
  call: WatchCall & { signal: AbortSignal },
  queue: StatusQueue,
): Promise<void> {
  const { signal } = call;
  let last: DownloadStatus | undefined;
  let connected: ConnectionState | undefined;
  let rung: Rung | undefined;
  let close: (() => void) | undefined;
  let wake: (() => void) | undefined;
  /** The open stream has brought something. */
  let isLive = false;
  let openedAt = 0;
  let heardAt = 0;
  let triedAt = 0;
  let readAt = 0;
  let openAt = 0;
  /** No status is read before, however urgent. */
  let restsUntil = 0;
  /** Failed reads in a row, and streams that broke in a row. */
  let faults = 0;
  let breaks = 0;
  /** Gave up; skipped unless the network is to blame. */
  let suspect: Rung | undefined;
  /** A status is read as soon as it may be. */
  let isUrgent = true;

  onPageChange(pageChanged, signal);
  signal.addEventListener('abort', () => wake?.());
  try {
    for (;;) {
      const status = await read();
      if (last && isFinal(last.status)) {
        // Trouble that is over must not stay shown.
        breaks = 0;
        if (connected !== 'live') report();
        return;
      }
      if (status) open(status);
      report();
      for (let ms; (ms = dueAt() - performance.now()) > 0;) {
        await rest(ms);
        signal.throwIfAborted();
      }
    }
  } finally {
    leave();
  }

  /** Reads the status; undefined after a fault that passes. */
  async function read(): Promise<DownloadStatus | undefined> {
    isUrgent = false;
    try {
      const path = `v1/download/status/${encodeURIComponent(jobId)}`;
      const status = await connection.json<DownloadStatus>({ path, retryForMs: 0 }, call);
      if (typeof status.status !== 'string')
        throw new LonghaulError('BAD_ANSWER', 'The answer is not one of Longhaul.');
      faults = 0;
      triedAt = performance.now();
      readAt = triedAt + pollDelay(status.nextPollInMs);
      restsUntil = triedAt + MIN_GAP_MS;
      if (suspect) ladder.skip(suspect);
      suspect = undefined;
      const before = last;
      accept(status);
      if (isLive && triedAt - heardAt >= SILENT_MS && hasMoved(before, last!)) ended({});
      return status;
    } catch (error) {
      signal.throwIfAborted();
      const fault = passingFault(error, last !== undefined);
      // A broken stream is opened again soon after the server is back.
      const delayMs = faultDelay(fault.retryAfterMs, faults++, breaks ? MAX_BREAK_MS : undefined);
      const now = performance.now();
      readAt = now + delayMs;
      restsUntil = now + Math.max(MIN_GAP_MS, fault.retryAfterMs ?? 0);
      suspect = undefined;
      call.onRetry?.(fault, delayMs);
      return undefined;
    }
  }

  function accept(next: DownloadStatus): void {
    const status = forward(last, next);
    const isNew = !last || visible(last) !== visible(status);
    last = status;
    if (isNew) queue.put(status);
  }

  /** Opens the best stream, unless there is one, or the last one broke just now. */
  function open(status: DownloadStatus): void {
    const now = performance.now();
    if (rung || now < openAt) return;
    openAt = Math.max(readAt, now + SOON_MS);
    const best = ladder.best();
    if (!best || !status.streamUrl) return;
    rung = best;
    best.streams++;
    close = best.open(status, { opened, message: onMessage, ended });
  }

  function opened(): void {
    if (isLive) return;
    isLive = rung!.worked = true;
    openedAt = heardAt = performance.now();
    report();
  }

  function onMessage(message: JobMessage): void {
    heardAt = performance.now();
    // Before the stream: its end would call for another one.
    if (isLast(message)) {
      leave();
      openAt = heardAt + SOON_MS;
      hurry();
    } else if (isOtherRun(last!, message)) hurry();
    else accept(withMessage(last!, message));
  }

  function ended({ status = 0, retryAfterMs }: StreamEnd): void {
    const now = performance.now();
    const wasLive = isLive;
    const by = rung!;
    leave();
    if (wasLive && now - openedAt > STEADY_MS) breaks = 0;
    // Refused for now, as any request may be.
    const isBusy = status === 429 || status >= 500;
    let delayMs = 500;
    if (!wasLive && !by.worked && !isBusy) suspect = by;
    else if (breaks === MAX_BREAKS) {
      suspect = by;
      breaks = 0;
    } else {
      // Widely spread: a server that restarts breaks the streams of all its clients at once.
      delayMs = (200 + 1_800 * Math.random()) * 2 ** breaks++;
    }
    openAt = now + Math.max(delayMs, retryAfterMs ?? 0);
    report();
    wake?.();
  }

  /** Closes the stream, if any. */
  function leave(): void {
    close?.();
    if (rung) rung.streams--;
    rung = undefined;
    close = undefined;
    isLive = false;
  }

  function dueAt(): number {
    return Math.max(restsUntil, wantedAt());
  }

  function wantedAt(): number {
    if (isUrgent) return 0;
    if (faults > 0) return readAt;
    if (isLive) return Math.max(heardAt, triedAt) + SILENT_MS;
    return rung || !ladder.best() ? readAt : Math.min(readAt, openAt);
  }

  function rest(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  function hurry(): void {
    isUrgent = true;
    wake?.();
  }

  function pageChanged(type: string): void {
    if (type === 'online') {
      ladder.reset();
      breaks = openAt = 0;
    }
    hurry();
  }

  function report(): void {
    let state: ConnectionState = faults > 0 || breaks > 0 ? 'reconnecting' : 'polling';
    if (isLive) state = 'live';
    if (faults > 0 && isOffline()) state = 'offline';
    if (state !== connected) call.onConnection?.((connected = state));
  }
}
