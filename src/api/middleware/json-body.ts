import { MIMEType } from 'node:util';
import express, { type RequestHandler } from 'express';
import { LonghaulError } from '../../contract/errors.js';
import { hasMoreParts } from '../http/json-parts.js';

/**
 * Limits one body, in bytes. `MAX_FILES_BYTES` of names may take three times as many bytes, because clients may escape
 * every letter and indent every line.
 */
const MAX_BYTES = 8 * 1_024 * 1_024;

/** Limits the arrival of a body: all of its bytes at 280 kB/s, or a job of 1 MB at 35 kB/s. */
const ARRIVAL_MS = 30_000;

/** Parts of a file with a name: an object, two fields, and two commas. */
const PARTS_PER_FILE = 5;

/** Parts of a body besides its files, with room for faults that the schema reports better. */
const OTHER_PARTS = 1_000;

const FORM_TYPES = ['multipart/*', 'application/x-www-form-urlencoded'];

/** A field named `__proto__`, in any escaping. A name ends before a colon, a text does not. */
const PROTO_FIELD =
  /"(?:_|\\u005[fF]){2}(?:p|\\u0070)(?:r|\\u0072)(?:o|\\u006[fF])(?:t|\\u0074)(?:o|\\u006[fF])(?:_|\\u005[fF]){2}"\s*:/;

/**
 * Reads and parses a JSON body of any content type or none, because `fetch` labels a string as text. Goes before the time
 * limit of a route, because a slow sender must not use up the time of the handler.
 * @param maxFiles maximum number of files of one job: bounds the parts of a body.
 */
export function jsonBody(maxFiles: number, arrivalMs: number = ARRIVAL_MS): RequestHandler[] {
  return [acceptable, reader(maxFiles, arrivalMs)];
}

const acceptable: RequestHandler = (req, _res, next) => {
  if (req.is(FORM_TYPES)) {
    const message = 'The body is sent as a form. Send JSON, with the content type application/json.';
    next(new LonghaulError('UNSUPPORTED_MEDIA_TYPE', message));
  } else if (!isUtf8(req.get('content-type'))) {
    next(
      new LonghaulError('UNSUPPORTED_MEDIA_TYPE', 'The charset is not supported. Send the body as UTF-8.'),
    );
  } else if (Number(req.get('content-length')) > MAX_BYTES) {
    // The parser would read the whole body before it rejects it.
    next(Object.assign(new Error('The Content-Length is too large'), { type: 'entity.too.large' }));
  } else {
    // The parser knows one spelling of UTF-8, and `verify` would miss its characters in any other encoding.
    if (req.headers['content-type'] !== undefined) req.headers['content-type'] = 'application/json';
    next();
  }
};

/** The usual spellings of UTF-8. */
const UTF8 = /^utf-?8$/i;

/** True for UTF-8 in any spelling, and without a charset: JSON is UTF-8 (RFC 8259 section 8.1). */
function isUtf8(contentType = ''): boolean {
  try {
    return UTF8.test(new MIMEType(contentType).params.get('charset')?.trim() ?? 'utf-8');
  } catch {
    // A type that is none names no charset.
    return true;
  }
}

function reader(maxFiles: number, arrivalMs: number): RequestHandler {
  const parse = express.json({
    limit: MAX_BYTES,
    // Not strict: the schema rejects JSON that is not an object, with a better message.
    strict: false,
    type: () => true,
    verify: (_req, _res, bytes) => assertParsable(bytes, maxFiles),
  });
  return (req, res, next) => {
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      next(bodyTooSlow(arrivalMs));
    }, arrivalMs);
    parse(req, res, (error?: unknown) => {
      clearTimeout(timer);
      if (!isLate) next(error);
    });
  };
}

/** Rejects a body that would take long to parse, and one with a field that copying drops or that changes a prototype. */
function assertParsable(bytes: Buffer, maxFiles: number): void {
  const maxParts = OTHER_PARTS + PARTS_PER_FILE * maxFiles;
  if (hasMoreParts(bytes, maxParts)) {
    const [parts, files] = [maxParts, maxFiles].map((count) => count.toLocaleString('en-US'));
    const message = `The body has more than ${parts} fields and items. Name at most ${files} files and 16 labels.`;
    throw new LonghaulError('BODY_TOO_LARGE', message);
  }
  if (PROTO_FIELD.test(bytes.toString('latin1'))) {
    throw new LonghaulError('INVALID_JSON', 'A field must not be named __proto__. Remove it.');
  }
}

function bodyTooSlow(arrivalMs: number): LonghaulError {
  const message = `The body did not arrive within ${arrivalMs / 1_000} s. Send it faster, or send fewer files.`;
  return new LonghaulError('REQUEST_INCOMPLETE', message);
}
