import { z } from 'zod';

/** A query parameter that takes several of these words, separated by commas or repeated. */
export function wordsSchema<const Words extends readonly string[]>(words: Words) {
  const hint = `must be one or more of: ${words.join(', ')}`;
  const word = `(?:${words.join('|')})`;
  return z.preprocess(
    (value) => (Array.isArray(value) ? value.join(',') : value),
    z
      .string(hint)
      .regex(new RegExp(`^${word}(?:, ?${word})*$`), hint)
      .transform((text) => text.split(/, ?/))
      .pipe(z.array(z.enum(words)).min(1))
      .optional(),
  );
}
