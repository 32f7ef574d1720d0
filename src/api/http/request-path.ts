import type { Request } from 'express';

/** A link's path ends in its token, which grants access to the file. Routes match in any case. */
const LINK = /^(\/v1\/objects\/).+/i;

/** The path of a request, safe to log and to return: without the query, which may hold a ticket, and without a link's token. */
export function pathOf(req: Request): string {
  return `${req.baseUrl}${req.path}`.replace(LINK, '$1…');
}
