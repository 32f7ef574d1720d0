import type { SocketClass } from '../options.js';
import { deliver, OPEN_MS, openStream, type StreamListener } from './stream.js';

/** The server restarts, or its load balancer moves on (registry of RFC 6455). */
const SERVICE_RESTART = 1_012;

/** Follows a job over a WebSocket. Returns a function that closes it. */
export function openSocket(Socket: SocketClass, url: URL, listener: StreamListener): () => void {
  const address = new URL(url);
  address.protocol = url.protocol.replace('http', 'ws');
  let socket: InstanceType<SocketClass> | undefined;
  const stream = openStream(listener, () => socket?.close());
  try {
    socket = new Socket(address.href);
  } catch {
    // A policy of the page forbids it. Ended later, because the caller does not know the stream yet.
    stream.limit(0);
    return stream.close;
  }
  socket.addEventListener('open', () => stream.limit(OPEN_MS));
  socket.addEventListener('message', ({ data }) => {
    if (stream.heard()) deliver(listener, data);
  });
  // `close` follows. Some implementations throw an error that has no listener.
  socket.addEventListener('error', () => {});
  socket.addEventListener('close', ({ code }) => stream.end({ restart: code === SERVICE_RESTART }));
  return stream.close;
}
