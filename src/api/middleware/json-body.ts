import express, { type RequestHandler } from 'express';
import { LonghaulError } from '../../contract/errors.js';

const LIMIT = '1mb';
const JSON_TYPES = ['application/json', 'application/*+json'];

/** Rejects `__proto__`, because copying it into another object would drop it or change the prototype. */
function rejectProto(name: string, value: unknown): unknown {
  if (name === '__proto__') throw new SyntaxError('A field must not be named __proto__');
  return value;
}

/** Parses a JSON body of up to 1 MiB. Rejects any other content type, otherwise it would parse as an empty body. */
export const jsonBody: RequestHandler[] = [
  (req, _res, next) => {
    const isJson = req.is(JSON_TYPES) !== false && req.get('content-type') !== undefined;
    next(
      isJson ? undefined : new LonghaulError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.'),
    );
  },
  // Not strict: the schema rejects JSON that is not an object, with a better message.
  express.json({ limit: LIMIT, strict: false, type: () => true, reviver: rejectProto }),
];
