import type { Request, RequestHandler, Response } from 'express';
import { isFinal } from '../../contract/snapshot.js';
import type { JobResponses } from '../routes/shared/job-responses.js';
import { principalOf } from '../auth/principal.js';
import type { Sink } from './job-stream.js';
import type { StreamHub } from './stream-hub.js';
import { eventId } from './stream-message.js';

/** How long a browser waits before it opens a broken stream again; shorter when we ask it to. */
const RETRY_MS = 2_000;
const RESTART_RETRY_MS = 1_000;

/** Keeps proxies from gathering events, or packing them. */
const HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
} as const;

/** `GET /v1/download/jobs/:jobId/events`: what the WebSocket tells, as server-sent events (HTML standard, section 9.2). */
export class JobEvents {
  constructor(
    private readonly deps: { streams: StreamHub },
    private readonly answers: JobResponses,
  ) {}

  follow: RequestHandler = async (req, res) => {
    const { streams } = this.deps;
    const view = await this.answers.viewOf(req, res);
    const seen = lastEventId(req);
    if (isFinal(view.snapshot.status) && seen === eventId(view, Date.now())) {
      // Anything else would make an EventSource ask again, for ever.
      res.status(204).end();
      return;
    }
    streams.assertRoom(principalOf(res).userId);
    if (req.method === 'HEAD') {
      res.set(HEADERS).end();
      return;
    }
    // The client is gone: that will not be told again, and the stream would never end.
    if (res.closed) return;
    res.writeHead(200, HEADERS);
    res.write(`retry: ${RETRY_MS}\n\n`);
    const baseUrl = this.answers.baseUrl(req);
    const close = streams.open({
      sink: eventSink(res),
      view,
      seen,
      link: (latest) => this.answers.linkAt(baseUrl, latest),
    });
    res.once('close', close);
  };
}

/** A browser sends the header when it comes again; where only the address can be chosen, the query does as well. */
function lastEventId(req: Request): string | undefined {
  const id = req.get('last-event-id') ?? req.query['lastEventId'];
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function eventSink(res: Response): Sink {
  return {
    send: (message, id) => void res.write(`id: ${id}\ndata: ${JSON.stringify(message)}\n\n`),
    waiting: () => res.writableLength,
    beat: () => void res.write(':\n\n'),
    end: () => void res.end(),
    restart: () => void res.end(`retry: ${RESTART_RETRY_MS}\n\n`),
    cut: () => void res.destroy(),
  };
}
