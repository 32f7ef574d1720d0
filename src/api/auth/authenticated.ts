import type { RequestHandler } from 'express';
import { contextOf } from '../http/request-context.js';
import { apiKeyOf } from './credentials.js';
import type { Authenticator } from './principal.js';

/** Authenticates every request. Sets `principalOf` and `provedKeyOf`. */
export function authenticated(authenticator: Authenticator): RequestHandler {
  return async (req, res, next) => {
    const context = contextOf(res);
    context.principal = await authenticator.authenticate(req.headers);
    context.provedKey = apiKeyOf(req.headers);
    next();
  };
}
