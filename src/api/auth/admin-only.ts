import type { RequestHandler } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import { principalOf } from './principal.js';

/** Lets operators through alone. */
export const adminOnly: RequestHandler = (_req, res, next) => {
  const message = 'This is for operators. Ask with a key of one of the ADMIN_USERS.';
  next(principalOf(res).admin ? undefined : new LonghaulError('FORBIDDEN', message));
};
