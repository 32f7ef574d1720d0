import type { Request, RequestHandler, Response } from 'express';
import type { Overload } from '../../concurrency/overload.js';
import { LonghaulError } from '../../contract/errors.js';

/** Responses that take as long as the client wishes. They do little work, so they do not count. */
const LONG = /\/(?:stream|events|start)\/?$|^\/v1\/objects\//i;

const STREAM = /\/(?:stream|events)\/?$/i;

/** Ending a job frees what it uses, and a sign-in starts nothing. */
const LIGHT_POST = /\/cancel\/|\/terminate\/?$|^\/v1\/sign-in/i;

/**
 * Refuses starts and new streams early while this server is overloaded, before they cost anything. Statuses answer from
 * the cache meanwhile, and health checks as always: a restart would move the load to the other servers.
 */
export function refusedWhenOverloaded(overload: Overload): RequestHandler {
  return (req, res, next) => {
    if (overload.isOverloaded && startsWork(req.method, req.path)) {
      const message = 'This server is overloaded. Try again after the number of seconds in Retry-After.';
      next(new LonghaulError('OVERLOADED', message));
      return;
    }
    if (!LONG.test(req.path) && !asksToWait(req)) countUntilClosed(overload, req, res);
    next();
  };
}

/** Node 20 closes no response that waits behind another one when their connection ends, so the connection counts too. */
function countUntilClosed(overload: Overload, { socket }: Request, res: Response): void {
  const end = overload.begin();
  // One listener for each request that a client sends before the answers.
  socket.setMaxListeners(0);
  socket.once('close', end);
  res.once('close', () => {
    socket.off('close', end);
    end();
  });
}

/** Returns true for requests that are refused while this server is overloaded. */
export function startsWork(method: string, path: string): boolean {
  return method === 'POST' ? !LIGHT_POST.test(path) : STREAM.test(path);
}

function asksToWait({ url, headers }: Request): boolean {
  return /[?&]wait(?:Ms|_ms)=/.test(url) || /wait/i.test(String(headers.prefer));
}
