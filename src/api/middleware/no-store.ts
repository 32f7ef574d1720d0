import type { RequestHandler } from 'express';

/** Nothing about a job is for anybody's cache, and no refusal either. */
export const noStore: RequestHandler = (_req, res, next) => {
  res.setHeader('Cache-Control', 'no-store');
  next();
};
