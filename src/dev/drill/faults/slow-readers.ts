import { connect, type Socket } from 'node:net';
import type { Row } from '../row.js';

const READERS = 1_000;

let sockets: Socket[] = [];

/** A thousand clients open a stream of one job, and read nothing of it. */
export const slowReaders: Row = {
  name: 'slow-readers',
  inject: async ({ topology, someJob }) => {
    const status = await fetch(`${topology.addresses.baseUrl}/v1/download/status/${someJob()}`);
    const { eventsUrl } = (await status.json()) as { eventsUrl: string | null };
    // A final job has no stream: its status says all.
    const { host, hostname, port, pathname, search } = new URL(
      eventsUrl ?? `/v1/download/status/${someJob()}`,
      topology.addresses.baseUrl,
    );
    sockets = Array.from({ length: READERS }, () => {
      const socket = connect(Number(port), hostname).on('error', () => undefined);
      socket.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: ${host}\r\n\r\n`);
      return socket.pause();
    });
  },
  heal: async () => {
    for (const socket of sockets) socket.destroy();
    sockets = [];
  },
};
