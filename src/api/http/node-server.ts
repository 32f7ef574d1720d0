import { type RequestListener, Server, type ServerOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { OfferedRequest, serveUpgrades } from './upgrades.js';

/** Limits for slow or idle clients. Node answers 408 or 431 without a body and closes the connection. */
const LIMITS = {
  /** Time until the end of the headers, also on a connection that never sends anything. */
  headersTimeout: 10_000,
  /** Time until the end of the body. Longer than 10 s for headers and the 30 s of `jsonBody`, whose answer has a body. */
  requestTimeout: 45_000,
  /** Interval at which Node checks both timeouts. Its default of 30 s would stretch 10 s to 40 s. */
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * 1_024,
  /** Longer than the 60 s of common proxies, otherwise we may close a connection just as the proxy reuses it. */
  keepAliveTimeout: 65_000,
  /** The application rejects a missing Host, because Node's answer has no body. */
  requireHostHeader: false,
} satisfies ServerOptions;

/** Interval at which idle connections are closed during shutdown. */
const IDLE_CHECK_MS = 100;

/** Creates the HTTP server of the API. It does not listen yet. */
export function createNodeServer(app: RequestListener, limits: Partial<typeof LIMITS> = {}): Server {
  return new ApiServer(app, limits);
}

/** Answers everything as before for `drainMs`, and asks the clients to close their connections. */
export async function drainNodeServer(server: Server, drainMs: number): Promise<void> {
  server.prependListener('request', (_req, res) => res.setHeader('Connection', 'close'));
  await delay(drainMs);
}

/** Lets running requests finish and closes idle connections. Destroys the remaining connections after the grace time. */
export async function closeNodeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  // Node closes only the connections that are idle now, not those that become idle later.
  const idleCheck = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const graceTimer = new AbortController();
  await Promise.race([closed, delay(graceMs, undefined, { signal: graceTimer.signal }).catch(() => {})]);
  graceTimer.abort();
  server.closeAllConnections();
  await closed;
  clearInterval(idleCheck);
}

class ApiServer extends Server<typeof OfferedRequest> {
  private readonly upgraded = new Set<Duplex>();

  constructor(app: RequestListener, limits: Partial<typeof LIMITS>) {
    super({ ...LIMITS, ...limits, IncomingMessage: OfferedRequest }, app);
    this.on('upgrade', (_req, socket: Duplex) => {
      this.upgraded.add(socket);
      socket.once('close', () => this.upgraded.delete(socket));
    });
    serveUpgrades(this, app);
    // Without a listener Node answers 417 to an unknown Expect header. Ignoring it is allowed (RFC 9110 section 10.1.1).
    this.on('checkExpectation', app);
  }

  /** Also destroys upgraded connections, which Node no longer tracks. */
  override closeAllConnections(): void {
    super.closeAllConnections();
    for (const socket of this.upgraded) socket.destroy();
  }
}
