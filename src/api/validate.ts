import type { z } from 'zod';
import { type InputError, LonghaulError } from '../contract/errors.js';

/**
 * The value as the schema has it.
 * @throws LonghaulError INVALID_REQUEST with every fault, not only the first.
 */
export function validate<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap(faultsOf);
  const summary =
    errors.length === 1
      ? `${errors[0]!.path} ${errors[0]!.message}.`
      : `${errors.length} fields are not valid.`;
  throw new LonghaulError('INVALID_REQUEST', summary, { errors });
}

/** zod gathers unknown fields into one issue of their parent; a client wants one line for each. */
function faultsOf(issue: z.core.$ZodIssue): InputError[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({
      path: [...issue.path, key].join('.'),
      message: 'is not a known field',
    }));
  }
  return [{ path: issue.path.join('.') || 'body', message: issue.message }];
}
