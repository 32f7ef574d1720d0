import type { IncomingMessage } from 'node:http';
import type { Request, RequestHandler, Response } from 'express';
import { type WebSocket, WebSocketServer } from 'ws';
import { LonghaulError } from '../../contract/errors.js';
import type { HttpOptions } from '../dependencies.js';
import type { JobView } from '../../jobs/jobs.js';
import type { JobResponses } from '../routes/shared/job-responses.js';
import { principalOf } from '../auth/principal.js';
import { upgradeOf } from '../http/upgrades.js';
import type { Sink } from './job-stream.js';
import { assertOrigin } from './origin.js';
import type { StreamHub } from './stream-hub.js';

/** Clients have nothing to say; who says more than this is hung up on. */
const MAX_MESSAGE_BYTES = 1_024;

/** That of RFC 6455, and of the draft before it that differs in nothing we do. */
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
    private readonly answers: JobResponses,
  ) {
    this.server.on('headers', addHeaders);
    this.server.on('wsClientError', (error) => {
      // `handleUpgrade` tells of it at once, so this leaves `handleUpgrade`.
      throw new LonghaulError('INVALID_REQUEST', `The handshake is not valid: ${error.message}.`);
    });
  }

  /** Makes a WebSocket of the request, or answers as every other route does. */
  follow: RequestHandler = async (req, res) => {
    const upgrade = upgradeOf(res);
    if (!upgrade) throw upgradeRequired(res, 'Open this with a WebSocket.');
    assertVersion(req, res);
    assertOrigin(req, this.deps.http);
    const view = await this.answers.viewOf(req, res);
    this.deps.streams.assertRoom(principalOf(res).userId);
    // Not called for a client that is gone.
    this.server.handleUpgrade(req, upgrade.socket, upgrade.head, (webSocket) => {
      res.detachSocket(req.socket);
      this.open(webSocket, view, this.answers.baseUrl(req));
    });
  };

  private open(webSocket: WebSocket, view: JobView, baseUrl: string): void {
    const close = this.deps.streams.open({
      sink: socketSink(webSocket),
      view,
      seen: undefined,
      link: (latest) => this.answers.linkAt(baseUrl, latest),
    });
    webSocket.once('close', close);
  }
}

function assertVersion(req: Request, res: Response): void {
  if (VERSIONS.includes(String(req.get('sec-websocket-version')))) return;
  res.set('Sec-WebSocket-Version', VERSIONS.join(', '));
  throw upgradeRequired(res, 'This version of the WebSocket protocol is not spoken here, 13 is.');
}

/** 426 with the header that goes with it (RFC 9110 section 15.5.22). */
function upgradeRequired(res: Response, message: string): LonghaulError {
  const connection = res.getHeader('Connection') === 'close' ? 'close, Upgrade' : 'Upgrade';
  res.set({ Upgrade: 'websocket', Connection: connection });
  return new LonghaulError('UPGRADE_REQUIRED', message);
}

/** What stands in every answer, `x-request-id` and the rest of the rate limit with it, stands in a 101 too. */
function addHeaders(headers: string[], req: IncomingMessage): void {
  for (const [name, value] of Object.entries((req as Request).res!.getHeaders())) {
    if (name !== 'connection') headers.push(`${name}: ${String(value)}`);
  }
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
    restart: () => webSocket.close(SERVICE_RESTART, 'Connect again.'),
    cut: () => webSocket.terminate(),
  };
}
