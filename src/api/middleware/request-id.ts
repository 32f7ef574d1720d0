import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';

const SANE_TOKEN = /^[A-Za-z0-9._-]{1,128}$/;

/** Gives every request an id, the caller's own when it is a sane token: what else came would be injected into logs. */
export const requestId: RequestHandler = (req, res, next) => {
  const given = req.headers['x-request-id'];
  const id = typeof given === 'string' && SANE_TOKEN.test(given) ? given : randomUUID();
  res.locals['requestId'] = id;
  res.setHeader('x-request-id', id);
  next();
};
