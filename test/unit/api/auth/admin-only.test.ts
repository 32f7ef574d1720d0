import { expect, it } from '@jest/globals';
import type { Request, Response } from 'express';
import { adminOnly } from '../../../../src/api/auth/admin-only.js';
import { errorCodeOf } from '../../../../src/contract/errors.js';

function passedOn(principal: object | undefined): unknown {
  let passed: unknown;
  void adminOnly({} as Request, { locals: { principal } } as unknown as Response, (error?: unknown) => {
    passed = error;
  });
  return passed;
}

it('only operators get through', () => {
  expect(passedOn({ userId: 'grace', admin: true })).toBeUndefined();
  expect(errorCodeOf(passedOn({ userId: 'ada', admin: false }))).toBe('FORBIDDEN');
});

it('a route that forgot to authenticate lets nobody through', () => {
  expect(() => passedOn(undefined)).toThrow('without authentication');
});
