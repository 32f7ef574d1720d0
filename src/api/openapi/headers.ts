import type { JsonSchema } from './operation.js';

const text = (description: string): JsonSchema => ({ description, schema: { type: 'string' } });
const whole = (description: string): JsonSchema => ({ description, schema: { type: 'integer', minimum: 0 } });
const always = (header: JsonSchema): JsonSchema => ({ ...header, required: true });

/** Response headers that clients may rely on. */
export const ANSWER_HEADERS = {
  'x-request-id': always(text('The id from the request if it is a safe token, otherwise a new one.')),
  Location: always(text('The URL to continue with.')),
  'Retry-After': whole('Seconds to wait before the next request.'),
  'Idempotency-Replayed': text('true if an earlier request with the same key started the job.'),
  'Preference-Applied': text('The applied wait=N, if the request had one in Prefer.'),
  Vary: always(text('Accept: browsers get a page.')),
  'Set-Cookie': always(text('The cookie of the sign-in, or its removal.')),
  Deprecation: always(text('The date from which this route is deprecated (RFC 9745).')),
  Link: always(text('The route that replaces this one, as rel="successor-version".')),
  Allow: always(text('The allowed methods.')),
  'WWW-Authenticate': always(text('Bearer, with error="invalid_token" if the request had credentials.')),
  Upgrade: always(text('The protocol to request: websocket.')),
  'RateLimit-Limit': whole('Requests per window.'),
  'RateLimit-Remaining': whole('Requests remaining in this window.'),
  'RateLimit-Reset': whole('Seconds until the window ends.'),
  'RateLimit-Policy': text('Requests per window, and its length in seconds.'),
};

export const EVERY_ANSWER = ['x-request-id'];

/** On responses of limited routes, unless the limit is disabled. */
export const LIMITED_ANSWER = [
  'RateLimit-Limit',
  'RateLimit-Remaining',
  'RateLimit-Reset',
  'RateLimit-Policy',
];

/** On errors, by status. */
export const PROBLEM_HEADERS: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  409: ['Retry-After'],
  426: ['Upgrade'],
  429: ['Retry-After'],
  503: ['Retry-After'],
};
