import type { Request, RequestHandler, Response } from 'express';
import { isFinal } from '../../contract/snapshot.js';
import { principalOf } from '../http/request-context.js';
import type { JobResponses } from '../routes/shared/job-responses.js';
import type { Sink } from './job-stream.js';
import type { StreamHub } from './stream-hub.js';
import { eventId } from './stream-message.js';

/** Delay before a browser reconnects by itself, and after we ask it to. */
const RETRY_MS = 2_000;
const RESTART_RETRY_MS = 1_000;

/** Keeps proxies from buffering or compressing events. */
const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
} as const;

/** `GET /v1/download/jobs/:jobId/events`: the messages of the WebSocket as server-sent events (HTML standard, section 9.2). */
export class JobEvents {
  constructor(
    private readonly deps: { streams: StreamHub },
    private readonly responses: JobResponses,
  ) {}

  follow: RequestHandler = async (req, res) => {
    const { streams } = this.deps;
    const view = await this.responses.viewOf(req, res);
    const lastId = lastEventId(req);
    if (isFinal(view.snapshot.status) && lastId === eventId(view, Date.now())) {
      // Only 204 stops an EventSource; it reconnects after any other end of the stream.
      res.status(204).end();
      return;
    }
    streams.assertRoom(principalOf(res).userId);
    if (req.method === 'HEAD') {
      res.set(HEADERS).end();
      return;
    }
    // The client has disconnected: `close` will not be emitted again, so the stream would never be removed.
    if (res.closed) return;
    res.writeHead(200, HEADERS);
    res.write(`retry: ${RETRY_MS}\n\n`);
    const baseUrl = this.responses.baseUrl(req);
    const close = streams.open({
      kind: 'events',
      sink: eventSink(res),
      view,
      lastEventId: lastId,
      link: (latest) => this.responses.linked(baseUrl, latest),
    });
    res.once('close', close);
  };
}

/** Browsers send the header when they reconnect. The query is for clients that can only set the URL. */
function lastEventId(req: Request): string | undefined {
  const id = req.get('last-event-id') ?? req.query['lastEventId'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function eventSink(res: Response): Sink {
  return {
    send: (message, id) => void res.write(`id: ${id}\ndata: ${JSON.stringify(message)}\n\n`),
    bufferedBytes: () => res.writableLength,
    heartbeat: () => void res.write(':\n\n'),
    end: () => void res.end(),
    restart: () => void res.end(`retry: ${RESTART_RETRY_MS}\n\n`),
    destroy: () => void res.destroy(),
  };
}
