import type { RequestHandler } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import { principalOf } from '../principal.js';

/** Lets nobody through but operators; stands behind `authenticated`. */
export const adminOnly: RequestHandler = (_req, res, next) => {
  next(
    principalOf(res).admin ? undefined : new LonghaulError('FORBIDDEN', 'Only operators may use this route.'),
  );
};
