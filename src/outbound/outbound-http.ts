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
import { guardBody } from '../bytes/guarded-body.js';
import { guardedAgent, trustedAgents } from './guarded-agents.js';
import { asOutboundError, OutboundError } from './outbound-error.js';
import type { UrlGuard } from './url-guard.js';

/** Until a connection stands, TLS included. */
const CONNECT_MS = 5_000;

/** Without a byte, while the reader of a body wants one. */
const STALL_MS = 30_000;

/** Larger rests of answers that nobody wants cost more to read than a new connection. */
const DRAINED_BYTES = 64 * 1024;
const DRAIN_MS = 1_000;

export interface OutboundRequest {
  method: 'GET' | 'HEAD' | 'POST';
  url: string;
  headers?: OutgoingHttpHeaders;
  body?: string;
  /** From the request to the head of its answer. */
  answerMs: number;
  /** The URL is the operator's own and may lead anywhere; every other one passes the guard. */
  trusted?: boolean;
  signal?: AbortSignal;
}

export interface OutboundAnswer {
  status: number;
  headers: IncomingHttpHeaders;
  /** To be read or given to `discard`. Ends with an OutboundError when it is cut or no byte comes for half a minute. */
  body: Readable;
}

/**
 * Requests to servers that are not ours. Follows no redirect: its target would be one that nobody judged.
 * Everything rejects with an OutboundError, an abort with the signal's reason.
 */
export class OutboundHttp {
  private readonly guarded: Agent;
  private readonly trusted = trustedAgents();

  /** @param lookup resolves names; the system's when absent. */
  constructor(
    private readonly guard: UrlGuard,
    lookup?: LookupFunction,
  ) {
    this.guarded = guardedAgent(lookup);
  }

  /** Resolves with the head of the answer, whatever its status. */
  async send(request: OutboundRequest): Promise<OutboundAnswer> {
    const { url, agent } = this.routeOf(request);
    request.signal?.throwIfAborted();
    try {
      return await exchange(request, url, agent);
    } catch (error) {
      if (!(error instanceof StaleConnection)) throw error;
      return exchange(request, url, agent);
    }
  }

  /** Closes the connections that are kept. */
  close(): void {
    for (const agent of [this.guarded, this.trusted.http, this.trusted.https]) agent.destroy();
  }

  private routeOf({ url: text, trusted }: OutboundRequest): { url: URL; agent: Agent } {
    if (trusted) return { url: new URL(text), agent: this.trustedAgent(new URL(text)) };
    const judged = this.guard.judge(text);
    if ('refusal' in judged) throw new OutboundError('refused', `its URL ${judged.refusal}`);
    const { url, verdict } = judged;
    return { url, agent: verdict === 'allowed' ? this.trustedAgent(url) : this.guarded };
  }

  private trustedAgent({ protocol }: URL): Agent {
    return protocol === 'https:' ? this.trusted.https : this.trusted.http;
  }
}

/** A kept connection that its server closed just when we used it: nothing was wrong with the request. */
class StaleConnection extends OutboundError {
  constructor() {
    super('unreachable', 'the connection was cut (ECONNRESET)', 'ECONNRESET');
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
    // Not left to the request: one that still waits for a connection tells nobody that it was destroyed.
    const giveUp = (reason: unknown) => {
      settled();
      reject(reason);
      sent.destroy();
    };
    const stop = () => giveUp(signal?.reason);
    const timer = setTimeout(() => giveUp(timedOut(answerMs)), answerMs);
    signal?.addEventListener('abort', stop, { once: true });
    watchConnecting(sent);
    sent.once('response', (answer) => {
      settled();
      resolve(answerOf(answer, signal));
    });
    // Stays for good: a connection may break once more after the answer.
    sent.on('error', (error) => {
      settled();
      reject(reasonOf(error, sent, signal));
    });
    sent.end(body);
  });
}

function answerOf(answer: IncomingMessage, signal: AbortSignal | undefined): OutboundAnswer {
  const body = guardBody(answer, { signal, stallMs: STALL_MS, toError: asOutboundError });
  // Met by who reads it; without a listener it would end the process when nobody does.
  body.on('error', () => {});
  return { status: answer.statusCode ?? 0, headers: answer.headers, body };
}

function watchConnecting(sent: ClientRequest): void {
  sent.once('socket', (socket) => {
    if (!socket.connecting) return;
    const timer = setTimeout(() => sent.destroy(timedOut(CONNECT_MS)), CONNECT_MS);
    const connected = () => clearTimeout(timer);
    socket.once('encrypted' in socket ? 'secureConnect' : 'connect', connected).once('close', connected);
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
  return new OutboundError('timeout', `it did not answer within ${ms / 1_000} s`);
}

/**
 * Gets rid of a body that nobody wants; a short one that comes at once is read to its end, so that its connection can be
 * used again.
 */
export function discard({ body, headers }: OutboundAnswer): void {
  if (Number(headers['content-length'] ?? Infinity) > DRAINED_BYTES) {
    body.destroy();
    return;
  }
  // A server that sends it byte by byte must not hold one of the connections there are.
  const timer = setTimeout(() => body.destroy(), DRAIN_MS);
  body.once('close', () => clearTimeout(timer)).resume();
}

/**
 * The whole of a body that is text.
 * @throws OutboundError `too-large` when it has more than `maxBytes`.
 */
export async function textOf({ body }: OutboundAnswer, maxBytes: number): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of body as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > maxBytes) throw new OutboundError('too-large', `its answer has more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
