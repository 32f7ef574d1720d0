import { describe, expect, it } from '@jest/globals';
import { validate } from '../../../../src/api/http/validate.js';
import type { LonghaulError } from '../../../../src/contract/errors.js';
import { downloadsQuerySchema, jobsQuerySchema } from '../../../../src/contract/http/schemas.js';
import { statusesOf } from '../../../../src/contract/http/status-filter.js';

const inOurWords = (status?: unknown) => statusesOf(validate(downloadsQuerySchema, { status }).status);
const inTheDialect = (status?: unknown) => statusesOf(validate(jobsQuerySchema, { status }).status);

function refusal(read: () => unknown): readonly { path: string; message: string }[] {
  try {
    read();
    return [];
  } catch (error) {
    return (error as LonghaulError).errors;
  }
}

describe('the status filter', () => {
  it.each([
    [undefined, null],
    ['failed', ['failed']],
    ['failed,cancelled', ['failed', 'cancelled']],
    ['failed, cancelled', ['failed', 'cancelled']],
    [
      ['failed', 'expired,cancelled'],
      ['failed', 'expired', 'cancelled'],
    ],
    ['active', ['queued', 'running', 'processing_artifacts']],
    ['running,active,running', ['running', 'queued', 'processing_artifacts']],
  ])('reads %j', (status, statuses) => {
    expect(inOurWords(status)).toEqual(statuses);
    expect(inTheDialect(status)).toEqual(statuses);
  });

  it('has the words of the dialect in its list', () => {
    expect(inTheDialect('processing,failed')).toEqual(['running', 'processing_artifacts', 'failed']);
    expect(refusal(() => inOurWords('processing'))).toMatchObject([{ path: 'status' }]);
  });

  it.each([
    '',
    'done',
    'failed,',
    ',failed',
    'failed,,expired',
    'FAILED',
    'failed;expired',
    'constructor',
    {},
  ])('refuses %j', (status) => {
    const [error, ...more] = refusal(() => inOurWords(status));
    expect(more).toEqual([]);
    expect(error).toMatchObject({
      path: 'status',
      message: expect.stringContaining('must be one or more of: queued,'),
    });
  });
});
