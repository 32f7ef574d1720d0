import type { RequestHandler } from 'express';

/** Nothing about a job is for anybody's cache. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.set('Cache-Control', 'no-store');
  next();
};
