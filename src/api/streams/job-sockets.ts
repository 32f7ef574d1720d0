import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { type WebSocket, WebSocketServer } from 'ws';
import { LonghaulError } from '../../contract/errors.js';
import type { JobView } from '../../jobs/jobs.js';
import type { HttpOptions } from '../dependencies.js';
import { principalOf, upgradeOf } from '../http/request-context.js';
import type { JobResponses } from '../routes/shared/job-responses.js';
import type { Sink } from './job-stream.js';
import { assertOrigin } from './origin.js';
import type { StreamHub } from './stream-hub.js';

/** Clients have no reason to send messages. ws closes the connection after a larger one. */
const MAX_MESSAGE_BYTES = 1_024;

/** RFC 6455, and the draft before it, which does not differ in what we use. */
const VERSIONS = ['13', '8'];

/** Close codes (RFC 6455 section 7.4.1, and its registry for 1012). */
const NORMAL_CLOSURE = 1_000;
const SERVICE_RESTART = 1_012;

interface Dependencies {
  streams: StreamHub;
  http: Pick<HttpOptions, 'corsOrigins' | 'publicUrl'>;
}

/** `WS /v1/download/jobs/:jobId/stream`. */
export class JobSockets {
  private readonly server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: MAX_MESSAGE_BYTES,
  });

  constructor(
    private readonly deps: Dependencies,
    private readonly responses: JobResponses,
  ) {
    this.server.on('headers', addHeaders);
    this.server.on('wsClientError', (error) => {
      // Emitted synchronously, so this throws out of `handleUpgrade`.
      throw new LonghaulError('INVALID_REQUEST', `The WebSocket handshake is not valid: ${error.message}.`);
    });
  }

  /** Upgrades the request to a WebSocket, or responds like every other route. */
  follow: RequestHandler = async (req, res) => {
    const upgrade = upgradeOf(res);
    if (!upgrade) throw upgradeRequired(res, 'Open this URL as a WebSocket.');
    assertVersion(req, res);
    assertOrigin(req, this.deps.http);
    const view = await this.responses.viewOf(req, res);
    this.deps.streams.assertRoom(principalOf(res).userId);
    // The callback is not called if the client has disconnected.
    this.server.handleUpgrade(req, upgrade.socket, upgrade.head, (webSocket) => {
      res.detachSocket(req.socket);
      this.open(webSocket, view, this.responses.baseUrl(req));
    });
  };

  private open(webSocket: WebSocket, view: JobView, baseUrl: string): void {
    const close = this.deps.streams.open({
      kind: 'websocket',
      sink: socketSink(webSocket),
      view,
      lastEventId: undefined,
      link: (latest) => this.responses.linked(baseUrl, latest),
    });
    webSocket.once('close', close);
  }
}

function assertVersion(req: Request, res: Response): void {
  if (VERSIONS.includes(String(req.get('sec-websocket-version')))) return;
  res.set('Sec-WebSocket-Version', VERSIONS.join(', '));
  throw upgradeRequired(res, 'This version of the WebSocket protocol is not supported. Use version 13.');
}

/** Creates a 426 and sets its headers (RFC 9110 section 15.5.22). */
function upgradeRequired(res: Response, message: string): LonghaulError {
  const connection = res.getHeader('Connection') === 'close' ? 'close, Upgrade' : 'Upgrade';
  res.set({ Upgrade: 'websocket', Connection: connection });
  return new LonghaulError('UPGRADE_REQUIRED', message);
}

/** Copies the headers of every response, such as `x-request-id` and the rate limit, into the 101. */
function addHeaders(headers: string[], req: IncomingMessage): void {
  for (const [name, value] of Object.entries((req as Request).res!.getHeaders())) {
    if (name !== 'connection') headers.push(`${name}: ${String(value)}`);
  }
}

function socketSink(webSocket: WebSocket): Sink {
  let alive = true;
  webSocket.on('pong', () => (alive = true));
  // An oversized or malformed frame: ws has already closed the connection.
  webSocket.on('error', () => {});
  return {
    send: (message) => webSocket.send(JSON.stringify(message), () => {}),
    bufferedBytes: () => webSocket.bufferedAmount,
    heartbeat: () => {
      if (!alive) {
        webSocket.terminate();
        return;
      }
      alive = false;
      webSocket.ping(() => {});
    },
    end: () => webSocket.close(NORMAL_CLOSURE),
    restart: () => webSocket.close(SERVICE_RESTART, 'Connect again.'),
    destroy: () => webSocket.terminate(),
  };
}
