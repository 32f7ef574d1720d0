import { describe, expect, it } from '@jest/globals';
import { validate, type ValidationError } from '../../../../src/api/http/validate.js';
import { initiateSchema } from '../../../../src/contract/http/schemas.js';

function errorOf(body: unknown): ValidationError {
  try {
    validate(initiateSchema(100_000), body);
  } catch (error) {
    return error as ValidationError;
  }
  throw new Error('The body is valid');
}

describe('validate', () => {
  it('repeats a single error in the message', () => {
    const { message, errors } = errorOf({ fileIds: [70_000], extra: 1 });
    expect(message).toBe('extra is not a known field.');
    expect(errors).toEqual([{ path: 'extra', message: 'is not a known field' }]);
  });

  it('counts all errors and lists the first hundred', () => {
    const { message, errors } = errorOf({ fileIds: Array.from({ length: 100_000 }, () => 1) });
    expect(message).toBe('100000 fields are not valid. The first 100 are listed.');
    expect(errors.map((error) => error.path)).toEqual(Array.from({ length: 100 }, (_, i) => `fileIds.${i}`));
  });

  it('renders the message again for renamed paths', () => {
    const rename = (path: string) => path.toUpperCase();
    expect(errorOf({ fileIds: [70_000], extra: 1 }).withPaths(rename)).toMatchObject({
      message: 'EXTRA is not a known field.',
      errors: [{ path: 'EXTRA', message: 'is not a known field' }],
    });
    const { message, errors } = errorOf({ fileIds: Array.from({ length: 200 }, () => 1) }).withPaths(rename);
    expect(message).toBe('200 fields are not valid. The first 100 are listed.');
    expect(errors).toHaveLength(100);
  });
});
