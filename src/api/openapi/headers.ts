import type { JsonSchema } from './operation.js';

const text = (description: string): JsonSchema => ({ description, schema: { type: 'string' } });
const whole = (description: string): JsonSchema => ({ description, schema: { type: 'integer', minimum: 0 } });
const always = (header: JsonSchema): JsonSchema => ({ ...header, required: true });

/** Headers of answers that clients may rely on. */
export const ANSWER_HEADERS = {
  'x-request-id': always(text('The id that was sent, when it was a sane token; else a new one.')),
  Location: always(text('Where to go on.')),
  'Retry-After': whole('Seconds to wait before asking again.'),
  'Idempotency-Replayed': text('true when an earlier request with the same key started the job.'),
  'Preference-Applied': text('For how long the answer would have been held, when Prefer asked for that.'),
  Deprecation: always(text('Since when this route is deprecated (RFC 9745).')),
  Link: always(text('The route that takes the place of this one, as rel="successor-version".')),
  Allow: always(text('The methods that are allowed.')),
  'WWW-Authenticate': always(text('Bearer; says whether what was shown is not valid, or nothing was.')),
  Upgrade: always(text('The protocol to ask for: websocket.')),
  'RateLimit-Limit': whole('Requests in a window.'),
  'RateLimit-Remaining': whole('Requests left in this window.'),
  'RateLimit-Reset': whole('Seconds until the window ends.'),
  'RateLimit-Policy': text('Requests and seconds of a window.'),
};

export const EVERY_ANSWER = ['x-request-id'];

/** On answers to those whose requests are counted, when there is a limit. */
export const LIMITED_ANSWER = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
];

/** On errors, by their status. */
export const PROBLEM_HEADERS: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  409: ['Retry-After'],
  426: ['Upgrade'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};
