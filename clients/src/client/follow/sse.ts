import { retryAfterOf } from '../answer.js';
import { textParts } from '../text-parts.js';
import { eventParser } from './event-parser.js';
import { deliver, openStream, type StreamEnd, type StreamListener } from './stream.js';

/**
 * Follows a job by server-sent events. Uses `fetch`, because EventSource hides the status of a refusal.
 * @param lastId id of the last event that arrived; empty for the first stream.
 * @returns a function that closes the stream.
 */
export function openEvents(
  fetch: (init: RequestInit) => Promise<Response>,
  lastId: string,
  listener: StreamListener,
): () => void {
  const stop = new AbortController();
  const stream = openStream(listener, () => stop.abort());
  const parse = eventParser((data, id) => deliver(listener, data, id));

  async function read(): Promise<StreamEnd> {
    // No Authorization: the ticket suffices, and the browser asks no other origin for permission.
    const headers = { accept: 'text/event-stream', ...(lastId && { 'last-event-id': lastId }) };
    const response = await fetch({ headers, cache: 'no-store', signal: stop.signal });
    const { status } = response;
    if (status !== 200) return { status, retryAfterMs: retryAfterOf(response.headers) };
    for await (const part of textParts(response)) {
      if (!stream.heard()) break;
      parse(part);
    }
    return { restart: true };
  }
  read().then(stream.end, () => stream.end());
  return stream.close;
}
