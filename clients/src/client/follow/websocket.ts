import type { SocketClass } from '../options.js';
import { deliver, OPEN_MS, type StreamEnd, type StreamListener } from './stream.js';

/** The server restarts, or its load balancer moves on (registry of RFC 6455). */
const SERVICE_RESTART = 1_012;

/** Follows a job over a WebSocket. Returns a function that closes it. */
export function openSocket(Socket: SocketClass, url: URL, listener: StreamListener): () => void {
  let isOpen = true;
  const end = (reason: StreamEnd = {}) => {
    if (!isOpen) return;
    close();
    listener.ended(reason);
  };
  const close = () => {
    isOpen = false;
    clearTimeout(timer);
    socket?.close();
  };
  let timer = setTimeout(end, OPEN_MS);
  let socket: InstanceType<SocketClass> | undefined;
  try {
    const address = new URL(url);
    address.protocol = url.protocol.replace('http', 'ws');
    socket = new Socket(address.href);
  } catch {
    // A policy of the page forbids it. Ended later, because the caller does not know the stream yet.
    clearTimeout(timer);
    timer = setTimeout(end);
    return close;
  }
  socket.addEventListener('open', () => {
    clearTimeout(timer);
    if (isOpen) timer = setTimeout(end, OPEN_MS);
  });
  socket.addEventListener('message', ({ data }) => {
    if (!isOpen) return;
    clearTimeout(timer);
    listener.opened();
    deliver(listener, data);
  });
  // `close` follows. Some implementations throw an error that has no listener.
  socket.addEventListener('error', () => {});
  socket.addEventListener('close', ({ code }) => end({ restart: code === SERVICE_RESTART }));
  return close;
}
