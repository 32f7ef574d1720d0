import type { z } from 'zod';
import { type InputError, LonghaulError } from '../../contract/errors.js';

/** Limits the response: 100,000 invalid ids would list megabytes of errors. */
const MAX_LISTED = 100;

/**
 * INVALID_REQUEST whose text is rendered from its errors. Each message is a predicate of its path, e.g. `must be a list`.
 * Lists at most 100 errors.
 */
export class ValidationError extends LonghaulError {
  constructor(private readonly all: readonly InputError[]) {
    super('INVALID_REQUEST', detailOf(all), { errors: all.slice(0, MAX_LISTED) });
  }

  /** Returns the same error for a client that uses other field names. */
  withPaths(rename: (path: string) => string): ValidationError {
    return new ValidationError(this.all.map(({ path, message }) => ({ path: rename(path), message })));
  }
}

/**
 * Parses a value with a schema.
 * @throws ValidationError with all errors, not only the first.
 */
export function validate<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value === undefined ? {} : value);
  if (result.success) return result.data;
  throw new ValidationError(result.error.issues.flatMap(inputErrorsOf));
}

function detailOf(errors: readonly InputError[]): string {
  if (errors.length === 1) return `${errors[0]!.path} ${errors[0]!.message}.`;
  const listed = errors.length > MAX_LISTED ? ` The first ${MAX_LISTED} are listed.` : '';
  return `${errors.length} fields are not valid.${listed}`;
}

/** Splits zod's single issue for all unknown fields into one error per field. */
function inputErrorsOf(issue: z.core.$ZodIssue): InputError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key].join('.'),
      message: 'is not a known field',
    }));
  }
  if (issue.path.length === 0 && issue.code === 'invalid_type') {
    return [{ path: 'body', message: 'must be a JSON object' }];
  }
  return [{ path: issue.path.join('.') || 'body', message: issue.message }];
}
