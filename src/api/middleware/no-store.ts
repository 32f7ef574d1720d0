import type { RequestHandler } from 'express';

/** Forbids caching, because every response, errors included, depends on the user and on the moment. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store');
  next();
};
