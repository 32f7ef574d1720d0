import type { z } from 'zod';
import { type InputError, LonghaulError } from '../../contract/errors.js';
import { MAX_FAULTS } from '../../contract/http/bounded-list.js';

/**
 * INVALID_REQUEST whose text is rendered from its errors. Each message is a predicate of its path, e.g. `must be a list`.
 * Keeps at most 100 errors, because a check ends there.
 */
export class ValidationError extends LonghaulError {
  constructor(errors: readonly InputError[]) {
    super('INVALID_REQUEST', detailOf(errors), { errors: errors.slice(0, MAX_FAULTS) });
  }

  /** Returns the same error for a client that uses other field names. */
  withPaths(rename: (path: string) => string): ValidationError {
    return new ValidationError(this.errors.map(({ path, message }) => ({ path: rename(path), message })));
  }
}

/**
 * Parses a value with a schema.
 * @throws ValidationError with the first hundred errors, not only the first.
 */
export function validate<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value === undefined ? {} : value);
  if (result.success) return result.data;
  throw new ValidationError(result.error.issues.flatMap(inputErrorsOf));
}

function detailOf(errors: readonly InputError[]): string {
  if (errors.length === 1) return `${errors[0]!.path} ${errors[0]!.message}.`;
  if (errors.length < MAX_FAULTS) return `${errors.length} fields are not valid.`;
  return `At least ${MAX_FAULTS} fields are not valid. The first ${MAX_FAULTS} are listed.`;
}

/** Splits zod's single issue for all unknown fields into one error per field, for the first hundred. */
function inputErrorsOf(issue: z.core.$ZodIssue): InputError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.slice(0, MAX_FAULTS).map((key) => ({
      path: [...issue.path, key].join('.'),
      message: 'is not a known field',
    }));
  }
  if (issue.path.length === 0 && issue.code === 'invalid_type') {
    return [{ path: 'body', message: 'must be a JSON object' }];
  }
  return [{ path: issue.path.join('.') || 'body', message: issue.message }];
}
