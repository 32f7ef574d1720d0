import { describe, expect, it } from '@jest/globals';
import { S3ServiceException } from '@aws-sdk/client-s3';
import { outcomeOfAttempt } from '../../../../src/storage/s3/attempt-outcome.js';

function refusal(name: string, httpStatusCode: number): S3ServiceException {
  return new S3ServiceException({ name, $fault: 'server', $metadata: { httpStatusCode } });
}

describe('outcomeOfAttempt', () => {
  it.each([
    ['throttled', refusal('SlowDown', 503)],
    ['throttled', refusal('TooManyRequests', 429)],
    ['error', refusal('InternalError', 500)],
    ['missing', refusal('NoSuchKey', 404)],
    ['denied', refusal('AccessDenied', 403)],
    ['ok', refusal('PreconditionFailed', 412)],
    ['late', Object.assign(new Error('late'), { name: 'TimeoutError' })],
    ['late', Object.assign(new Error('late'), { code: 'UND_ERR_HEADERS_TIMEOUT' })],
    ['error', Object.assign(new Error('away'), { code: 'ECONNREFUSED' })],
    [undefined, Object.assign(new Error('stop'), { name: 'AbortError' })],
  ])('is %s', (outcome, error) => {
    expect(outcomeOfAttempt(error, 'GetObject')).toBe(outcome);
  });

  it('is throttled for a HEAD without a reason', () => {
    const error = refusal('Refused', 503);
    expect(outcomeOfAttempt(error, 'HeadObject')).toBe('throttled');
    expect(outcomeOfAttempt(error, 'GetObject')).toBe('error');
  });
});
