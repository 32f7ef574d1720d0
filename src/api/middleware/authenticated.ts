import type { RequestHandler } from 'express';
import type { Authenticator } from '../principal.js';

/** Lets nobody through whom `authenticator` does not know; behind it `principalOf` tells who it is. */
export function authenticated(authenticator: Authenticator): RequestHandler {
  return async (req, res, next) => {
    res.locals['principal'] = await authenticator.authenticate(req.headers);
    next();
  };
}
