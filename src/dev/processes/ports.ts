import { createServer } from 'node:net';

/** The port cannot be bound. The message names the port and the setting that changes it. */
export class PortUnavailable extends Error {
  override readonly name = 'PortUnavailable';
  readonly code = 'PORT_UNAVAILABLE';

  constructor(
    readonly port: number,
    /** Environment variable that sets the port. */
    readonly setting: string,
    host: string,
    cause: NodeJS.ErrnoException,
  ) {
    super(`${problemOf(port, host, cause)}, or set ${setting} to another port.`, { cause });
  }
}

/**
 * Binds `port` and frees it again. Port 0 always succeeds.
 * @throws PortUnavailable if another program uses the port, or this user may not bind it.
 */
export function assertPortFree(port: number, setting: string, host = '127.0.0.1'): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => reject(new PortUnavailable(port, setting, host, error)));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve()));
  });
}

function problemOf(port: number, host: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return `Port ${port} is already in use: stop the program that uses it`;
  if (code === 'EACCES') return `Port ${port} needs privileges that this user lacks: run as another user`;
  return `Port ${port} of ${host} cannot be used (${message}): check the address`;
}
