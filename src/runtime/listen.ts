import type { AddressInfo, Server } from 'node:net';
import type { OperatorLog } from './clock-watch.js';
import { SettingsError } from './settings-error.js';

/** An address, and the settings that chose it. */
export interface ListenAddress {
  port: number;
  host: string;
  settings: { port: string; host: string };
}

type Problem = (address: ListenAddress) => string;

const PROBLEMS: Record<string, Problem> = {
  EADDRINUSE: ({ port, settings }) =>
    `${settings.port} ${port} is in use: choose another port, or stop the process that uses it`,
  EACCES: ({ port, settings }) => `${settings.port} ${port} needs root privileges: choose a port above 1023`,
  EADDRNOTAVAIL: ({ host, settings }) => `${settings.host} ${host} is not an address of this machine`,
  ENOTFOUND: ({ host, settings }) => `${settings.host} ${host} does not resolve`,
  EAI_AGAIN: ({ host, settings }) => `${settings.host} ${host} cannot be resolved now: check the DNS server`,
};

/**
 * Starts a server and returns its port, which the system chose for port 0.
 * @throws SettingsError when the settings name an address that cannot be used.
 */
export function listen(server: Server, address: ListenAddress): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const problem = PROBLEMS[error.code ?? '']?.(address);
      reject(problem ? new SettingsError([problem]) : error);
    });
    server.listen(address.port, address.host, () => resolve((server.address() as AddressInfo).port));
  });
}

/** Starts the server of the metrics, on a port of its own, which is not for clients. It serves until the process ends. */
export async function listenForMetrics(
  server: Server,
  { port = 0, host }: { port?: number | undefined; host: string },
  logger: OperatorLog,
): Promise<void> {
  const settings = { port: 'METRICS_PORT', host: 'METRICS_HOST' };
  logger.info({ port: await listen(server, { port, host, settings }) }, 'metrics ready');
}
