import { attempt } from '../attempt.js';
import type { JobMessage } from './job-message.js';

/** A stream must bring its first message within this time: a proxy may hold everything back. */
const OPEN_MS = 5_000;

/** The end of a stream. */
export interface StreamEnd {
  /** HTTP status; absent without an answer. */
  status?: number;
  /** Wait in milliseconds that the server asked for. */
  retryAfterMs?: number | null;
}

/** Receives what happens to a stream. */
export interface StreamListener {
  /** Something arrived: the way is open. */
  opened(): void;
  message(message: JobMessage): void;
  /** Called once, and not after the stream was closed from here. */
  ended(end: StreamEnd): void;
}

/** The common part of all streams: one end, also from here, and a limit for the first message. */
export interface OpenStream {
  /** Something arrived. False if the stream was closed before. */
  heard: () => boolean;
  end: (reason?: StreamEnd) => void;
  close: () => void;
}

/** @param shut closes the connection. */
export function openStream(listener: StreamListener, shut: () => void): OpenStream {
  let isOpen = true;
  const timer = setTimeout(end, OPEN_MS);

  function end(reason: StreamEnd = {}): void {
    if (!isOpen) return;
    close();
    listener.ended(reason);
  }

  function close(): void {
    isOpen = false;
    clearTimeout(timer);
    shut();
  }

  function heard(): boolean {
    clearTimeout(timer);
    if (isOpen) listener.opened();
    return isOpen;
  }

  return { heard, end, close };
}

/** Passes the text of a message on. What is no JSON object is dropped: polling makes up for it. */
export function deliver(listener: StreamListener, text: string): void {
  const message = attempt(() => JSON.parse(text) as unknown);
  if (typeof message === 'object' && message) listener.message(message as JobMessage);
}
