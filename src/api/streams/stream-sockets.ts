import { randomUUID } from 'node:crypto';
import { type IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { ERRORS, LonghaulError } from '../../contract/errors.js';
import type { AppDependencies } from '../app.js';
import { archiveLink } from '../links.js';
import { asKnown, problemText } from '../middleware/problems.js';
import type { Sink } from './job-stream.js';
import { streamedJob } from './stream-access.js';

const STREAM_PATH = /^\/v1\/download\/jobs\/([^/]+)\/stream$/;

/** Clients have nothing to say; who says more than this is hung up on. */
const MAX_MESSAGE_BYTES = 1_024;

/** Close codes (RFC 6455 section 7.4.1, and its registry for 1012). */
const NORMAL_CLOSURE = 1_000;
const SERVICE_RESTART = 1_012;

const ignore = () => {};

type Dependencies = Pick<
  AppDependencies,
  'authenticator' | 'tickets' | 'downloads' | 'streams' | 'store' | 'http' | 'logger'
>;

/** `WS /v1/download/jobs/:jobId/stream`, for the `upgrade` event of an HTTP server. */
export class StreamSockets {
  private readonly server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });

  constructor(private readonly deps: Dependencies) {}

  /** Makes a WebSocket of the request, or answers as a route would and hangs up. */
  readonly upgrade = async (req: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    // Until the WebSocket has its own: a client that goes away must not end the process.
    socket.on('error', ignore);
    try {
      const opened = await this.authorised(req);
      this.server.handleUpgrade(req, socket, head, (webSocket) => {
        socket.removeListener('error', ignore);
        this.open(webSocket, req, opened);
      });
    } catch (error) {
      this.refuse(req, socket, error);
    }
  };

  private async authorised(req: IncomingMessage) {
    const id = STREAM_PATH.exec(pathOf(req))?.[1];
    if (id === undefined) {
      throw new LonghaulError('ROUTE_NOT_FOUND', 'There is no such stream.');
    }
    this.assertOrigin(req.headers.origin);
    const ticket = new URLSearchParams(req.url!.split('?')[1]).get('ticket');
    const view = await streamedJob(this.deps, id, ticket, req.headers);
    this.deps.streams.assertRoom();
    return view;
  }

  /** Pages of other origins cannot read our answers, but they could open sockets. What is no browser sends none. */
  private assertOrigin(origin: string | undefined): void {
    const { corsOrigins } = this.deps.http;
    if (origin === undefined || corsOrigins.includes('*') || corsOrigins.includes(origin)) return;
    throw new LonghaulError('FORBIDDEN', 'Pages of this origin may not open streams here.');
  }

  private open(
    webSocket: WebSocket,
    req: IncomingMessage,
    view: Awaited<ReturnType<typeof streamedJob>>,
  ): void {
    const { streams, store, http } = this.deps;
    const baseUrl = baseUrlOf(req, http);
    const close = streams.open({
      sink: socketSink(webSocket),
      view,
      seen: undefined,
      link: ({ snapshot }) => archiveLink(store, snapshot, http.linkTtlSeconds, baseUrl, Date.now()),
    });
    webSocket.once('close', close);
  }

  private refuse(req: IncomingMessage, socket: Duplex, error: unknown): void {
    const problem = asKnown(error);
    if (problem.code === 'INTERNAL_ERROR') this.deps.logger.error({ err: error }, 'stream failed');
    const requestId = randomUUID();
    const res = new ServerResponse(req);
    res.assignSocket(socket as Socket);
    res.once('finish', () => socket.end());
    res.writeHead(ERRORS[problem.code].status, {
      'Content-Type': 'application/problem+json; charset=utf-8',
      Connection: 'close',
      'x-request-id': requestId,
    });
    res.end(problemText(pathOf(req), problem, requestId));
  }
}

function pathOf(req: IncomingMessage): string {
  return req.url!.split('?')[0]!;
}

function socketSink(webSocket: WebSocket): Sink {
  let alive = true;
  webSocket.on('pong', () => (alive = true));
  // A frame that is too large or none at all: ws has closed the connection already.
  webSocket.on('error', () => {});
  return {
    send: (message) => webSocket.send(JSON.stringify(message), () => {}),
    waiting: () => webSocket.bufferedAmount,
    beat: () => {
      if (!alive) {
        webSocket.terminate();
        return;
      }
      alive = false;
      webSocket.ping(() => {});
    },
    end: () => webSocket.close(NORMAL_CLOSURE),
    restart: () => webSocket.close(SERVICE_RESTART, 'The server restarts. Connect again.'),
    cut: () => webSocket.terminate(),
  };
}

/** Where clients reach this API: what Express tells of a request, for one that Express never sees. */
function baseUrlOf(
  { headers, socket }: IncomingMessage,
  { publicUrl, trustProxy }: Dependencies['http'],
): string {
  if (publicUrl !== undefined) return publicUrl;
  const own = 'encrypted' in socket ? 'https' : 'http';
  const forwarded = trustProxy > 0 ? headers['x-forwarded-proto'] : undefined;
  return `${String(forwarded ?? own)
    .split(',')[0]!
    .trim()}://${headers.host}`;
}
