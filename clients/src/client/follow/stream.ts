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

/** Passes the text of a message on. What is no JSON object is dropped: polling makes up for it. */
export function deliver(listener: StreamListener, text: unknown, id?: string): void {
  let message: unknown;
  try {
    message = JSON.parse(String(text));
  } catch {
    return;
  }
  if (typeof message === 'object' && message) listener.message(message as JobMessage, id);
}
