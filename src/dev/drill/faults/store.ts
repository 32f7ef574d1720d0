import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Row, Target } from '../row.js';

const SLOW_DOWN = '<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>drill</Message></Error>';

/** Faults between Longhaul and the store, made by toxiproxy. */
export const storeRows: readonly Row[] = [
  toxic('store-slow', [
    { type: 'latency', attributes: { latency: 300 } },
    { type: 'bandwidth', attributes: { rate: 5_000 } },
  ]),
  toxic('store-resets', [{ type: 'reset_peer', toxicity: 0.3, attributes: { timeout: 100 } }]),
  slowDown(),
];

interface Toxic {
  type: string;
  /** Share of the connections. */
  toxicity?: number;
  attributes: Record<string, number>;
}

function toxic(name: string, toxics: readonly Toxic[]): Row {
  return {
    name,
    inject: async (target) => {
      for (const each of toxics) await control(target, '/toxics', { stream: 'downstream', ...each });
    },
    heal: async (target) => {
      for (const { type } of toxics) await control(target, `/toxics/${type}_downstream`, undefined, 'DELETE');
    },
  };
}

/** The store asks for patience: every request is refused. */
function slowDown(): Row {
  let server: Server;
  let upstream: string;
  return {
    name: 'store-slowdown',
    lastsMs: 20_000,
    inject: async (target) => {
      server = createServer((req, res) => {
        const answer = () => res.writeHead(503, { 'content-type': 'application/xml' }).end(SLOW_DOWN);
        req.resume().once('end', answer);
      }).listen(0, '127.0.0.1');
      await once(server, 'listening');
      ({ upstream } = (await control(target, '', undefined, 'GET')) as { upstream: string });
      await control(target, '', { upstream: `127.0.0.1:${(server.address() as AddressInfo).port}` });
    },
    heal: async (target) => {
      await control(target, '', { upstream });
      server.close();
      server.closeAllConnections();
    },
  };
}

async function control(
  { topology }: Target,
  path: string,
  body?: unknown,
  method = 'POST',
): Promise<unknown> {
  const url = `${topology.addresses.toxiproxy}/proxies/store${path}`;
  const response = await fetch(url, { method, ...(body ? { body: JSON.stringify(body) } : {}) });
  const text = await response.text();
  if (!response.ok) throw new Error(`toxiproxy refused ${path}: ${text}`);
  return text === '' ? undefined : JSON.parse(text);
}
