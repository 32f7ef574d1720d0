import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** Timeouts of the API server that are short enough for tests. */
export const SHORT_LIMITS = { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 10 };

/** Listens on a free port of the loopback interface and returns the port. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Stops a server and destroys its connections. */
export async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

/** Opens a connection for raw bytes. `answer` returns everything received so far. */
export function open(port: number): { socket: Socket; answer: () => string; closed: Promise<unknown> } {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk) => (answer += String(chunk)));
  return { socket, answer: () => answer, closed: once(socket, 'close') };
}

/** Sends raw bytes and returns everything received until the server closes the connection. */
export async function exchange(port: number, sent: string): Promise<string> {
  const { socket, answer, closed } = open(port);
  socket.write(sent, 'latin1');
  await closed;
  return answer();
}
