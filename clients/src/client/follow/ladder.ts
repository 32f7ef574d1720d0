import type { ApiConnection } from '../connection.js';
import type { DownloadStatus } from '../api.js';
import type { ClientOptions, SocketClass, Transport } from '../options.js';
import { isBrowser } from './page.js';
import { openEvents } from './sse.js';
import type { StreamListener } from './stream.js';
import { openSocket } from './websocket.js';

/** A way that never worked is not tried for this time. */
const SKIP_MS = 600_000;

/** Streams of one client. The server grants a user 1,000; the jobs beyond are polled. */
const MAX_STREAMS = 100;

/** Browsers open 6 connections to an origin, for all tabs together (HTTP/1.1). */
const MAX_EVENTS_IN_BROWSER = 2;

/** One way to stream jobs. */
export interface Rung {
  /** Opens a stream with the ticket of a status. Returns a function that closes it. */
  open(status: DownloadStatus, listener: StreamListener): () => void;
  readonly max: number;
  /** Streams open now. */
  streams: number;
  /** True if it brought a message since it was last skipped. */
  worked: boolean;
  skippedUntil: number;
}

/** The ways to stream jobs, best first, and which of them work here. Shared by all jobs of a client. */
export interface Ladder {
  /** The best rung that may be tried now. */
  best(): Rung | undefined;
  /** Gives up a rung for some minutes. */
  skip(rung: Rung): void;
  /** Lets every rung be tried again: the network is another. */
  reset(): void;
}

export function createLadder(connection: ApiConnection, { transports, webSocket }: ClientOptions): Ladder {
  const Socket = webSocket ?? (globalThis as { WebSocket?: SocketClass }).WebSocket;
  const openers: Partial<Record<Transport, Rung['open'] | undefined>> = {
    websocket: Socket && (({ streamUrl }, listener) => openSocket(Socket, own(streamUrl!), listener)),
    sse: ({ eventsUrl }, listener) => openEvents((init) => connection.fetch(own(eventsUrl!), init), listener),
  };
  // On our own base URL: the server may not know its public address.
  const own = (link: string) => connection.url(link.replace(/^.*?\/(?=v1\/)/, ''));
  const rungs: Rung[] = [];
  for (const transport of transports ?? (['websocket', 'sse'] as const)) {
    const open = openers[transport];
    const max = transport === 'sse' && isBrowser() ? MAX_EVENTS_IN_BROWSER : MAX_STREAMS;
    if (open) rungs.push({ open, max, streams: 0, worked: false, skippedUntil: 0 });
  }

  return {
    best() {
      const now = performance.now();
      return rungs.find((rung) => rung.skippedUntil <= now && rung.streams < rung.max);
    },
    skip(rung) {
      rung.worked = false;
      rung.skippedUntil = performance.now() + SKIP_MS;
    },
    reset() {
      for (const rung of rungs) rung.skippedUntil = 0;
    },
  };
}
