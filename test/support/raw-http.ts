import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';

/** Limits of the API's server at which nobody waits for a test. */
export const SHORT_LIMITS = { headersTimeout: 50, requestTimeout: 100, connectionsCheckingInterval: 10 };

/** Lets a server listen on a free port of the loopback interface, which it returns. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

/** Stops a server that listens, whatever its clients do. */
export async function close(server: Server): Promise<void> {
  server.close();
  server.closeAllConnections();
  await once(server, 'close');
}

/** A connection to which bytes are written as they are, and all that has come back over it. */
export function open(port: number): { socket: Socket; answer: () => string; closed: Promise<unknown> } {
  const socket = connect(port, '127.0.0.1').on('error', () => {});
  let answer = '';
  socket.setEncoding('utf8').on('data', (chunk) => (answer += String(chunk)));
  return { socket, answer: () => answer, closed: once(socket, 'close') };
}

/** All that comes back for these bytes until the server hangs up. */
export async function exchange(port: number, sent: string): Promise<string> {
  const { socket, answer, closed } = open(port);
  socket.write(sent, 'latin1');
  await closed;
  return answer();
}
