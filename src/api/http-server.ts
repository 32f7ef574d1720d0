import { createServer, type RequestListener, type Server, type ServerOptions } from 'node:http';

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
} satisfies ServerOptions;

/** The server of the API, which does not listen yet. */
export function createHttpServer(app: RequestListener, limits: Partial<typeof LIMITS> = {}): Server {
  return createServer({ ...LIMITS, ...limits }, app);
}
