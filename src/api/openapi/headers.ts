import type { JsonSchema } from './operation.js';

const text = (description: string): JsonSchema => ({ description, schema: { type: 'string' } });
const whole = (description: string): JsonSchema => ({ description, schema: { type: 'integer', minimum: 0 } });

/** Headers of answers that clients may rely on. */
export const ANSWER_HEADERS = {
  'x-request-id': {
    ...text('The id that was sent, when it was a sane token; else a new one.'),
    required: true,
  },
  Location: text('Where to go on.'),
  'Retry-After': whole('Seconds to wait before asking again.'),
  'Idempotency-Replayed': text('true when an earlier request with the same key started the job.'),
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
