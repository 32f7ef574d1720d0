import { LonghaulError } from '../contract/errors.js';

/** The answer to a cursor that leads nowhere in its list. */
export function invalidCursor(cause?: unknown): LonghaulError {
  const errors = [{ path: 'cursor', message: 'is not a cursor of this list' }];
  const message = 'cursor is not a cursor of this list. Begin again without one.';
  return new LonghaulError('INVALID_REQUEST', message, { cause, errors });
}
