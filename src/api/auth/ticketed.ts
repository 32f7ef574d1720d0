import type { RequestHandler } from 'express';
import { contextOf } from '../http/request-context.js';
import type { StreamTickets } from './stream-tickets.js';

/** Paths of a job's streams, below `/v1`. */
const STREAMS = /^\/download\/jobs\/([^/]+)\/(?:stream|events)\/?$/i;

/**
 * Accepts a ticket for a job's streams, because browsers cannot send headers with WebSocket and EventSource. A ticket
 * takes precedence over headers. All other requests go to `authenticate`.
 */
export function ticketed(tickets: StreamTickets, authenticate: RequestHandler): RequestHandler {
  return async (req, res, next) => {
    const jobId = STREAMS.exec(req.path)?.[1];
    // Express parses the query at every access.
    const ticket = jobId === undefined ? undefined : req.query['ticket'];
    if (jobId === undefined || ticket === undefined) {
      await authenticate(req, res, next);
      return;
    }
    // A repeated parameter is an array and fails like any invalid ticket.
    const userId = tickets.verify(typeof ticket === 'string' ? ticket : '', jobId.toLowerCase());
    contextOf(res).principal = { userId, admin: false };
    next();
  };
}
