import {
  type Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  request as httpRequest,
} from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import { LRUCache } from 'lru-cache';
import { guardBody } from '../bytes/guarded-body.js';
import { FairSemaphore } from '../concurrency/fair-semaphore.js';
import { guardedAgent, trustedAgents } from './guarded-agents.js';
import { asOutboundError, OutboundError } from './outbound-error.js';
import type { UrlGuard } from './url-guard.js';

/**
 * Concurrent requests of this process to one server. A request holds its place, and its timeouts run, from the moment it
 * is sent to the head of its response; the wait for a place has no timeout.
 */
const REQUESTS_PER_SERVER = { places: 64, perOwner: 48 };

/** Servers whose requests are counted. The least recently used one is forgotten. */
const MAX_SERVERS = 1_000;

/** Timeout of connecting, including TLS. */
const CONNECT_MS = 5_000;

/** Longest wait for the next byte of a body while a reader wants it. */
const STALL_MS = 30_000;

/** Unwanted bodies up to this size are read so that the connection can be reused; larger ones cost more than a new one. */
const MAX_DRAIN_BYTES = 64 * 1024;

/** Timeout of reading an unwanted body, otherwise a slow server could hold one of the pooled connections. */
const DRAIN_MS = 1_000;

export interface OutboundRequest {
  method: 'GET' | 'HEAD' | 'POST';
  url: string;
  headers?: OutgoingHttpHeaders;
  body?: string;
  /** Timeout from the connection to the head of the response. */
  answerMs: number;
  /** True for URLs that the operator configured: they skip the URL guard. */
  trusted?: boolean;
  signal?: AbortSignal;
}

export interface OutboundAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** Must be read or passed to `discard`. Fails with an OutboundError when it breaks off or stalls for 30 s. */
  body: Readable;
}

/**
 * Sends requests to other servers. It does not follow redirects, because their targets are not checked.
 * Every failure is an OutboundError, except an abort, which rejects with the signal's reason.
 */
export class OutboundHttp {
  private readonly guarded: Agent;
  private readonly trusted = trustedAgents();
  private readonly places = new LRUCache<string, FairSemaphore>({ max: MAX_SERVERS });

  /** @param lookup Resolves host names; the system's resolver by default. */
  constructor(
    private readonly guard: UrlGuard,
    lookup?: LookupFunction,
  ) {
    this.guarded = guardedAgent(lookup);
  }

  /**
   * Resolves with the head of the response, whatever its status. Waits for its turn while many requests to the same
   * server are running. Sends again after each stale pooled connection: of several idle ones, all may be stale.
   */
  async send(request: OutboundRequest): Promise<OutboundAnswer> {
    const { url, agent } = this.routeOf(request);
    return this.placesOf(url).run(async () => {
      for (;;) {
        try {
          return await exchange(request, url, agent);
        } catch (error) {
          // Ends with a new connection, which is never stale.
          if (!(error instanceof StaleConnection)) throw error;
        }
      }
    }, request.signal);
  }

  /** Closes the pooled connections. */
  close(): void {
    for (const agent of [this.guarded, this.trusted.http, this.trusted.https]) agent.destroy();
  }

  private placesOf({ origin }: URL): FairSemaphore {
    const known = this.places.get(origin);
    if (known) return known;
    const places = new FairSemaphore(REQUESTS_PER_SERVER);
    this.places.set(origin, places);
    return places;
  }

  private routeOf({ url: text, trusted }: OutboundRequest): { url: URL; agent: Agent } {
    if (trusted) return { url: new URL(text), agent: this.trustedAgent(new URL(text)) };
    const check = this.guard.check(text);
    if (check.verdict === 'refused') throw new OutboundError('refused', `the URL ${check.predicate}`);
    const { verdict, url } = check;
    return { url, agent: verdict === 'allowed' ? this.trustedAgent(url) : this.guarded };
  }

  private trustedAgent({ protocol }: URL): Agent {
    return protocol === 'https:' ? this.trusted.https : this.trusted.http;
  }
}

/** The server closed a pooled connection just as it was reused, so the request may be sent again. */
class StaleConnection extends OutboundError {
  constructor() {
    super('unreachable', 'the connection was reset (ECONNRESET)', 'ECONNRESET');
  }
}

function exchange(request: OutboundRequest, url: URL, agent: Agent): Promise<OutboundAnswer> {
  const { method, headers = {}, body, answerMs, signal } = request;
  return new Promise((resolve, reject) => {
    const send = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = send(url, { method, agent, headers: { 'user-agent': 'longhaul', ...headers } });
    const settled = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', stop);
    };
    // Rejects directly, because a request that still waits for a connection emits no error when it is destroyed.
    const giveUp = (reason: unknown) => {
      settled();
      reject(reason);
      sent.destroy();
    };
    const stop = () => giveUp(signal?.reason);
    let timer: NodeJS.Timeout | undefined;
    const timeOutAfter = (ms: number) => {
      clearTimeout(timer);
      timer = setTimeout(() => giveUp(timedOut(ms)), ms);
    };
    signal?.addEventListener('abort', stop, { once: true });
    timeOutAfter(CONNECT_MS);
    onceConnected(sent, () => timeOutAfter(answerMs));
    sent.once('response', (answer) => {
      settled();
      resolve(answerOf(answer, signal));
    });
    // Never removed, because the connection may still break after the response.
    sent.on('error', (error) => {
      settled();
      reject(reasonOf(error, sent, signal));
    });
    sent.end(body);
  });
}

function answerOf(answer: IncomingMessage, signal: AbortSignal | undefined): OutboundAnswer {
  const body = guardBody(answer, { signal, stallMs: STALL_MS, toError: asOutboundError });
  // Readers receive the error. Without a listener, it would crash the process when no one reads.
  body.on('error', () => {});
  return { status: answer.statusCode ?? 0, headers: answer.headers, body };
}

function onceConnected(sent: ClientRequest, connected: () => void): void {
  sent.once('socket', (socket) => {
    if (!socket.connecting) connected();
    else socket.once('encrypted' in socket ? 'secureConnect' : 'connect', connected);
  });
}

function reasonOf(
  error: NodeJS.ErrnoException,
  sent: ClientRequest,
  signal: AbortSignal | undefined,
): unknown {
  if (signal?.aborted) return signal.reason;
  if (sent.reusedSocket && error.code === 'ECONNRESET') return new StaleConnection();
  return asOutboundError(error);
}

function timedOut(ms: number): OutboundError {
  return new OutboundError('timeout', `there was no response within ${ms / 1_000} s`);
}

/** Discards an unwanted body. A short one is read to its end, so that the connection can be reused. */
export function discard({ body, headers }: OutboundAnswer): void {
  if (Number(headers['content-length'] ?? Infinity) > MAX_DRAIN_BYTES) {
    body.destroy();
    return;
  }
  const timer = setTimeout(() => body.destroy(), DRAIN_MS);
  body.once('close', () => clearTimeout(timer)).resume();
}

/**
 * Reads a whole body as text.
 * @throws OutboundError `too-large` when it has more than `maxBytes`.
 */
export async function textOf({ body }: OutboundAnswer, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes)
      throw new OutboundError('too-large', `the response has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
