import type { RequestHandler } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import { principalOf } from '../http/request-context.js';

/** Rejects everyone but operators with FORBIDDEN. */
export const adminOnly: RequestHandler = (_req, res, next) => {
  const message = 'Operators only. Use the API key or token of a user in ADMIN_USERS.';
  next(principalOf(res).admin ? undefined : new LonghaulError('FORBIDDEN', message));
};
