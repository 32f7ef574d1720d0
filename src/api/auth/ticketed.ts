import type { RequestHandler } from 'express';
import type { StreamTickets } from './stream-tickets.js';
import type { Principal } from './principal.js';

/** The streams of a job, below `/v1`. */
const STREAMS = /^\/download\/jobs\/([^/]+)\/(?:stream|events)\/?$/i;

/**
 * Lets a ticket suffice for the streams of its job, for browsers cannot send headers with WebSocket and EventSource; when
 * there is one it counts, and nothing else. All other requests go to `authenticate`.
 */
export function ticketed(tickets: StreamTickets, authenticate: RequestHandler): RequestHandler {
  return async (req, res, next) => {
    const jobId = STREAMS.exec(req.path)?.[1];
    // Express parses the query each time that it is asked for.
    const ticket = jobId === undefined ? undefined : req.query['ticket'];
    if (jobId === undefined || ticket === undefined) {
      await authenticate(req, res, next);
      return;
    }
    // One that came twice is none: it fails as every wrong one does.
    const userId = tickets.verify(typeof ticket === 'string' ? ticket : '', jobId.toLowerCase());
    res.locals['principal'] = { userId, admin: false } satisfies Principal;
    next();
  };
}
