import express, { type RequestHandler } from 'express';
import { LonghaulError } from '../../contract/errors.js';

const LIMIT = '1mb';
const JSON_TYPES = ['application/json', 'application/*+json'];

/** What would be lost, or worse, when it is copied into an object of ours. */
function refuseProto(name: string, value: unknown): unknown {
  if (name === '__proto__') throw new SyntaxError('No field may be called __proto__');
  return value;
}

/** Parses a JSON body of up to 1 MiB; any other content type is refused rather than read as nothing. */
export const jsonBody: RequestHandler[] = [
  (req, _res, next) => {
    const isJson = req.is(JSON_TYPES) !== false && req.get('content-type') !== undefined;
    next(
      isJson ? undefined : new LonghaulError('UNSUPPORTED_MEDIA_TYPE', 'Send the body as application/json.'),
    );
  },
  // What is JSON but no object is for the schema to tell.
  express.json({ limit: LIMIT, strict: false, type: () => true, reviver: refuseProto }),
];
