import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Row } from '../row.js';

let hangs = false;

/** Every job has a callback, whose receiver takes requests and answers none. */
export const hangingReceiver: Row = {
  name: 'hanging-receiver',
  prepare: async () => {
    const server = createServer((req, res) => {
      req.resume();
      if (!hangs) res.writeHead(204).end();
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    return {
      settings: {
        OUTBOUND_ALLOWED_HOSTS: host,
        WEBHOOK_SECRETS: `whsec_${randomBytes(32).toString('base64')}`,
      },
      request: { callbackUrl: `http://${host}/` },
      close: async () => {
        server.close();
        server.closeAllConnections();
      },
    };
  },
  inject: async () => void (hangs = true),
  heal: async () => void (hangs = false),
};
