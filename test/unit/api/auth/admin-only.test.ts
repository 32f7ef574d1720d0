import { describe, expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import { adminOnly } from '../../../../src/api/auth/admin-only.js';
import { errorCodeOf } from '../../../../src/contract/errors.js';

function nextErrorOf(principal: object | undefined): unknown {
  let nextError: unknown;
  void adminOnly({} as Request, { locals: { principal } } as unknown as Response, (error?: unknown) => {
    nextError = error;
  });
  return nextError;
}

describe('adminOnly', () => {
  it('accepts operators only', () => {
    expect(nextErrorOf({ userId: 'grace', admin: true })).toBeUndefined();
    expect(errorCodeOf(nextErrorOf({ userId: 'ada', admin: false }))).toBe('FORBIDDEN');
  });

  it('throws on a route without authentication', () => {
    expect(() => nextErrorOf(undefined)).toThrow('without authentication');
  });
});
