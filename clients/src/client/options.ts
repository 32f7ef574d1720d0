/** Ways to follow a job, best first. */
export type Transport = 'websocket' | 'sse' | 'poll';

/** The part of a WebSocket class that the client uses. That of browsers, of Node 22 and of `ws` have it. */
export interface SocketClass {
  new (url: string): {
    // oxlint-disable-next-line typescript/no-explicit-any -- each event has its own fields
    addEventListener(type: 'message' | 'error' | 'close', listener: (event: any) => void): void;
    close(): void;
  };
}

export interface ClientOptions {
  /** Base URL of the API; in a page also relative to it. Default: the folder of the page. */
  baseUrl?: string | URL | undefined;
  /** Key or token, or a function that returns one. It is called again once after a 401. Absent: cookie or no sign-in. */
  token?: string | (() => string | Promise<string>) | undefined;
  /** Returns a W3C Trace Context, sent with every request. */
  traceparent?: (() => string | undefined) | undefined;
  /** Ways to follow a job, in this order. Default: all three. Jobs are polled whenever no stream is open. */
  transports?: readonly Transport[] | undefined;
  /** Default: the global `WebSocket`; Node 20 has none. */
  webSocket?: SocketClass | undefined;
  /** Default: the global `fetch`. */
  fetch?: typeof fetch | undefined;
  /** Time for one answer in milliseconds, 5,000 by default. */
  timeoutMs?: number | undefined;
  /**
   * Time for which requests are repeated while the server is busy or away, in milliseconds; 60,000 by default, 0 makes
   * one try. One wait that the server asks for may exceed it, up to 2 minutes. Watching does not end.
   */
  retryForMs?: number | undefined;
}

/** Options of one call. */
export interface Call {
  signal?: AbortSignal | undefined;
  traceparent?: string | undefined;
  /** Called before each wait for another try. */
  onRetry?: ((error: Error, delayMs: number) => void) | undefined;
}

/** How a job is followed now. `reconnecting` polls meanwhile; `offline`: the browser has no network. */
export type ConnectionState = 'live' | 'polling' | 'reconnecting' | 'offline';

/** Options of `watch`. */
export interface WatchCall extends Call {
  /** Called when the way in which the job is followed changes. */
  onConnection?: ((state: ConnectionState) => void) | undefined;
}
