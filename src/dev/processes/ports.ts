import { createServer } from 'node:net';

/** Thrown when a port cannot be listened on; the message names the port and the setting that changes it. */
export class PortUnavailable extends Error {
  override readonly name = 'PortUnavailable';
  readonly code = 'PORT_UNAVAILABLE';

  constructor(
    readonly port: number,
    /** The environment variable that chooses another port. */
    readonly setting: string,
    host: string,
    cause: NodeJS.ErrnoException,
  ) {
    super(`${whatIsWrong(port, host, cause)}, or set ${setting} to another port.`, { cause });
  }
}

/**
 * Resolves when `port` could be listened on just now; 0 always can.
 * @throws PortUnavailable when another program has it, or it may not be used.
 */
export function assertPortFree(port: number, setting: string, host = '127.0.0.1'): Promise<void> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => reject(new PortUnavailable(port, setting, host, error)));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve()));
  });
}

function whatIsWrong(port: number, host: string, { code, message }: NodeJS.ErrnoException): string {
  if (code === 'EADDRINUSE') return `Port ${port} is already in use: stop the program that uses it`;
  if (code === 'EACCES') return `Port ${port} needs rights this user does not have: run as one who does`;
  return `Port ${port} of ${host} cannot be used (${message}): check the address`;
}
