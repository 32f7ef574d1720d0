import { createServer } from 'node:net';

/**
 * Below the range from which systems take the ports of outgoing connections: one of those could get a port between
 * the look and the server that was to have it, or while that server is down on purpose.
 */
const FIRST = 10_000;
const LAST = 32_000;

/** `count` different loopback ports that nobody listens on just now. */
export async function freePorts(count: number): Promise<number[]> {
  const ports = new Set<number>();
  while (ports.size < count) {
    const port = FIRST + Math.floor(Math.random() * (LAST - FIRST));
    if (await isFree(port)) ports.add(port);
  }
  return [...ports];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}
