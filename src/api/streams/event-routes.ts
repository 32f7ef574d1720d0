import { type Request, type RequestHandler, type Response, Router } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import { isFinal } from '../../contract/types.js';
import type { AppDependencies } from '../app.js';
import { JobAnswers } from '../job-answers.js';
import { archiveLink } from '../links.js';
import { malformedId } from '../middleware/malformed-id.js';
import { route } from '../route.js';
import type { Sink } from './job-stream.js';
import { eventId } from './stream-message.js';
import { streamedJob } from './stream-access.js';

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
export function eventRoutes(deps: AppDependencies): Router {
  const router = Router();
  route(router, '/v1/download/jobs/:jobId/events', { get: [events(deps, new JobAnswers(deps))] });
  route(router, '/v1/download/jobs/:jobId/stream', { get: [upgradeRequired] });
  router.use(malformedId);
  return router;
}

/** Requests for an upgrade never come here. */
const upgradeRequired: RequestHandler = (_req, res, next) => {
  res.set('Upgrade', 'websocket');
  next(new LonghaulError('UPGRADE_REQUIRED', 'This is a WebSocket: connect to it with ws:// or wss://.'));
};

function events(deps: AppDependencies, answers: JobAnswers): RequestHandler {
  return async (req, res) => {
    res.set('Cache-Control', 'no-store');
    const view = await streamedJob(deps, String(req.params['jobId']), ticketOf(req), req.headers);
    const seen = lastEventId(req);
    if (isFinal(view.snapshot.status) && seen === eventId(view, Date.now())) {
      // Anything else would make an EventSource ask again, for ever.
      res.status(204).end();
      return;
    }
    deps.streams.assertRoom();
    if (req.method === 'HEAD') {
      res.set(HEADERS).end();
      return;
    }
    const baseUrl = answers.baseUrl(req);
    res.writeHead(200, HEADERS);
    res.write(`retry: ${RETRY_MS}\n\n`);
    const close = deps.streams.open({
      sink: eventSink(res),
      view,
      seen,
      link: ({ snapshot }) =>
        archiveLink(deps.store, snapshot, deps.http.linkTtlSeconds, baseUrl, Date.now()),
    });
    res.once('close', close);
  };
}

/** One that came twice is none: it fails as every wrong one does. */
function ticketOf({ query: { ticket } }: Request): string | null {
  if (ticket === undefined) return null;
  return typeof ticket === 'string' ? ticket : '';
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
