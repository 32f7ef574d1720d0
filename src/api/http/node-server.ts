import { type RequestListener, Server, type ServerOptions } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { answerBrokenRequests } from './malformed-requests.js';
import { OfferedRequest, serveUpgrades } from './upgrades.js';

/** Against clients that send slowly, or nothing at all: what is not there in time is answered 408 and hung up on. */
const LIMITS = {
  /** To the end of the headers, also for a connection on which nothing ever comes. */
  headersTimeout: 10_000,
  /** To the end of the body: 1 MiB, the most that is read, takes that long at 35 kB/s. */
  requestTimeout: 30_000,
  /** How often the two are looked after; Node's own 30 s would make 10 s last up to 40. */
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * 1_024,
  /** Above the 60 s of most proxies: who hangs up first must not be the one that a request is on its way to. */
  keepAliveTimeout: 65_000,
  /** Nor is it Node that refuses a request without a Host: its answer would have no body. */
  requireHostHeader: false,
} satisfies ServerOptions;

/** How often connections that have become idle are closed while the server ends. */
const IDLE_CHECK_MS = 100;

/** The server of the API, which does not listen yet. */
export function createNodeServer(app: RequestListener, limits: Partial<typeof LIMITS> = {}): Server {
  return new ApiServer(app, limits);
}

/** Lets requests under way finish, closes connections as they become idle, and cuts what is left after the grace time. */
export async function closeNodeServer(server: Server, graceMs: number): Promise<void> {
  const closed = new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
  // Node closes those that are idle now, and lets the others live until their clients have enough.
  const idle = setInterval(() => server.closeIdleConnections(), IDLE_CHECK_MS);
  const late = new AbortController();
  await Promise.race([closed, delay(graceMs, undefined, { signal: late.signal }).catch(() => {})]);
  late.abort();
  server.closeAllConnections();
  await closed;
  clearInterval(idle);
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
    answerBrokenRequests(this);
    // Without this Node answers by itself what it does not know; it may as well be ignored (RFC 9110 section 10.1.1).
    this.on('checkExpectation', app);
  }

  /** As Node has it, and those that were upgraded too, of which Node knows nothing any more. */
  override closeAllConnections(): void {
    super.closeAllConnections();
    for (const socket of this.upgraded) socket.destroy();
  }
}
