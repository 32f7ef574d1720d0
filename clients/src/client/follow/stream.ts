import { attempt } from '../attempt.js';
import type { JobMessage } from './job-message.js';

/** A stream must bring its first message within this time: a proxy may hold everything back. */
export const OPEN_MS = 4_000;

/** The end of a stream. */
export interface StreamEnd {
  /** True if the server asked for another connection, false after a fault. */
  restart?: boolean;
  /** HTTP status; absent without an answer. */
  status?: number;
  /** Wait in milliseconds that the server asked for. */
  retryAfterMs?: number | null;
}

/** Receives what happens to a stream. */
export interface StreamListener {
  /** Something arrived: the way is open. */
  opened(): void;
  message(message: JobMessage, id?: string): void;
  /** Called once, and not after the stream was closed from here. */
  ended(end: StreamEnd): void;
}

/** A stream that is open until it ends, or is closed from here. Without news it ends after `OPEN_MS`. */
export function openStream({ ended }: StreamListener, shut: () => void) {
  let timer = setTimeout(end, OPEN_MS);
  const stream = {
    isOpen: true,
    /** Something arrived; the next thing may take `ms`, or any time. */
    heard(ms?: number) {
      clearTimeout(timer);
      if (ms !== undefined && stream.isOpen) timer = setTimeout(end, ms);
    },
    end,
    close() {
      stream.isOpen = false;
      clearTimeout(timer);
      shut();
    },
  };
  function end(reason: StreamEnd = {}): void {
    if (!stream.isOpen) return;
    stream.close();
    ended(reason);
  }
  return stream;
}

/** Passes the text of a message on. What is no JSON object is dropped: polling makes up for it. */
export function deliver(listener: StreamListener, text: unknown, id?: string): void {
  const message = attempt(() => JSON.parse(String(text)) as unknown);
  if (typeof message === 'object' && message) listener.message(message as JobMessage, id);
}
