import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { withLogFields } from '../../concurrency/log-fields.js';
import { contextOf } from '../http/request-context.js';

const SAFE_TOKEN = /^[A-Za-z0-9._-]{1,128}$/;

/** Gives every request an id. Keeps the client's id if it is a safe token, otherwise it could inject text into logs. */
export const requestId: RequestHandler = (req, res, next) => {
  const given = req.headers['x-request-id'];
  const id = typeof given === 'string' && SAFE_TOKEN.test(given) ? given : randomUUID();
  contextOf(res).requestId = id;
  res.setHeader('x-request-id', id);
  withLogFields({ requestId: id }, next);
};
