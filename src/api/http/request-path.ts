import type { Request } from 'express';

/** Whoever has the end of such a path has the file. Routes are matched in any case. */
const LINK = /^(\/v1\/objects\/).+/i;

/** The path of a request as it may be logged and repeated: without the query, which may hold a ticket, and without the token of a link. */
export function pathOf(req: Request): string {
  return `${req.baseUrl}${req.path}`.replace(LINK, '$1…');
}
