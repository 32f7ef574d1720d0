import { retryAfterOf } from '../answer.js';
import { eventParser } from './event-parser.js';
import { deliver, openStream, type StreamEnd, type StreamListener } from './stream.js';

/**
 * Follows a job by server-sent events. Uses `fetch`, because EventSource hides the status of a refusal.
 * @returns a function that closes the stream.
 */
export function openEvents(
  fetch: (init: RequestInit) => Promise<Response>,
  listener: StreamListener,
): () => void {
  const stop = new AbortController();
  const stream = openStream(listener, () => stop.abort());
  const parse = eventParser((data) => deliver(listener, data));

  async function read(): Promise<StreamEnd> {
    // No Authorization: the ticket suffices, and the browser asks no other origin for permission.
    const headers = { accept: 'text/event-stream' };
    const response = await fetch({ headers, cache: 'no-store', signal: stop.signal });
    const { status } = response;
    if (status !== 200) return { status, retryAfterMs: retryAfterOf(response.headers) };
    // Stand-ins for `fetch` without streams, as that of React Native, fail here: then the job is polled.
    const reader = response.body!.getReader();
    const decoder = new TextDecoder();
    for (;;) {
      const { done, value } = await reader.read();
      if (done || !stream.heard()) return {};
      parse(decoder.decode(value, { stream: true }));
    }
  }
  read().then(stream.end, () => stream.end());
  return stream.close;
}
