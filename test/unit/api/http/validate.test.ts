import { describe, expect, it } from '@jest/globals';
import { validate } from '../../../../src/api/http/validate.js';
import type { LonghaulError } from '../../../../src/contract/errors.js';
import { initiateSchema } from '../../../../src/contract/http/schemas.js';

function faultOf(body: unknown): LonghaulError {
  try {
    validate(initiateSchema(100_000), body);
  } catch (error) {
    return error as LonghaulError;
  }
  throw new Error('The body is valid');
}

describe('what is told of a bad request', () => {
  it('is the one fault, in the summary too', () => {
    const { message, errors } = faultOf({ fileIds: [70_000], extra: 1 });
    expect(message).toBe('extra is not a known field.');
    expect(errors).toEqual([{ path: 'extra', message: 'is not a known field' }]);
  });

  it('is how many faults there are, and the first hundred of them', () => {
    const { message, errors } = faultOf({ fileIds: Array.from({ length: 100_000 }, () => 1) });
    expect(message).toBe('100000 fields are not valid. The first 100 are listed.');
    expect(errors.map((error) => error.path)).toEqual(Array.from({ length: 100 }, (_, i) => `fileIds.${i}`));
  });
});
