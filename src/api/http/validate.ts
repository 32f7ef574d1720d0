import type { z } from 'zod';
import { type InputError, LonghaulError } from '../../contract/errors.js';

/** Faults told one by one: the hundred thousandth helps nobody, and all of them would be megabytes. */
const MAX_TOLD = 100;

/**
 * The value as the schema has it.
 * @throws LonghaulError INVALID_REQUEST with every fault, not only the first; of very many, with how many there are.
 */
export function validate<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value === undefined ? {} : value);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap(faultsOf);
  throw new LonghaulError('INVALID_REQUEST', summaryOf(errors), { errors: errors.slice(0, MAX_TOLD) });
}

function summaryOf(errors: readonly InputError[]): string {
  if (errors.length === 1) return `${errors[0]!.path} ${errors[0]!.message}.`;
  const told = errors.length > MAX_TOLD ? ` The first ${MAX_TOLD} are listed.` : '';
  return `${errors.length} fields are not valid.${told}`;
}

/** zod gathers unknown fields into one issue of their parent; a client wants one line for each. */
function faultsOf(issue: z.core.$ZodIssue): InputError[] {
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
