import { z } from 'zod';

const CURSOR_HINT = 'is not a cursor of this list';

/** The `cursor` of a paged list: the opaque `nextCursor` of an earlier response. */
export const cursorSchema = z
  .string(CURSOR_HINT)
  .regex(/^[A-Za-z0-9_-]{1,4096}$/, CURSOR_HINT)
  .optional();

/** The `limit` of a paged list: the maximum number of items per page. */
export function limitSchema(max: number, fallback: number) {
  const hint = `must be a whole number from 1 to ${max}`;
  return z
    .string(hint)
    .regex(/^\d{1,4}$/, hint)
    .transform(Number)
    .pipe(z.int().min(1, hint).max(max, hint))
    .default(fallback);
}
