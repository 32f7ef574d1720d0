/* eslint-disable no-underscore-dangle -- `_zod` is the interface of zod for extensions */
import { z } from 'zod';

/** Faults after which the check of a list ends, otherwise 100,000 faults would block the event loop. */
export const MAX_FAULTS = 100;

/** A schema for a list of 1 to `max` files. Checks the count before any item, and ends at the hundredth fault. */
export function boundedList<T extends z.ZodType>(item: T, max: number) {
  const list = z
    .array(item, { error: 'must be a list' })
    .min(1, 'must name at least one file')
    .max(max, `must name at most ${max} files`);
  const parse = list._zod.parse.bind(list._zod);
  list._zod.parse = (payload, context) => {
    const items: unknown = payload.value;
    // Zod itself checks the type and the count first.
    if (!Array.isArray(items) || items.length > max) return parse(payload, context);
    parseItems(item, items, payload, context);
    return payload;
  };
  return list;
}

function parseItems(
  item: z.ZodType,
  items: readonly unknown[],
  payload: z.core.ParsePayload,
  context: z.core.ParseContextInternal,
): void {
  const parsed: unknown[] = [];
  payload.value = parsed;
  for (const [i, value] of items.entries()) {
    const result = item._zod.run({ value, issues: [] }, context) as z.core.ParsePayload;
    payload.issues.push(...z.core.util.prefixIssues(i, result.issues));
    parsed.push(result.value);
    if (payload.issues.length >= MAX_FAULTS) break;
  }
}
