import type { SocketClass } from '../options.js';
import { deliver, openStream, type StreamListener } from './stream.js';

/** Follows a job over a WebSocket. Returns a function that closes it. */
export function openSocket(Socket: SocketClass, url: URL, listener: StreamListener): () => void {
  let socket: InstanceType<SocketClass> | undefined;
  const stream = openStream(listener, () => socket?.close());
  try {
    socket = new Socket(url.href.replace('http', 'ws'));
  } catch {
    // A policy of the page forbids it. Ended later, because the caller does not know the stream yet.
    queueMicrotask(() => stream.end());
    return stream.close;
  }
  socket.addEventListener('message', ({ data }) => {
    if (stream.heard()) deliver(listener, data as string);
  });
  // `close` follows. Some implementations throw an error that has no listener.
  socket.addEventListener('error', () => {});
  socket.addEventListener('close', () => stream.end());
  return stream.close;
}
