import type { RequestHandler, Response } from 'express';
import { apiKeyOf } from './credentials.js';
import type { Authenticator } from './principal.js';

/**
 * Lets nobody through whom `authenticator` does not know; behind it `principalOf` tells who it is, and `provedKeyOf` by
 * what.
 */
export function authenticated(authenticator: Authenticator): RequestHandler {
  return async (req, res, next) => {
    res.locals['principal'] = await authenticator.authenticate(req.headers);
    res.locals['provedKey'] = apiKeyOf(req.headers);
    next();
  };
}

/** The key or token that let a request in; undefined where none did, as with a ticket. */
export function provedKeyOf(res: Response): string | undefined {
  return res.locals['provedKey'] as string | undefined;
}
