import { z } from 'zod';

type SnakeName<Name extends string> = Name extends `${infer First}${infer Rest}`
  ? `${First extends Lowercase<First> ? First : `_${Lowercase<First>}`}${SnakeName<Rest>}`
  : Name;

/** An object with field names in snake_case, nested objects included. Lists are unchanged. */
export type SnakeCased<T> = T extends readonly unknown[]
  ? T
  : T extends object
    ? { [Name in keyof T as Name extends string ? SnakeName<Name> : Name]: SnakeCased<T[Name]> }
    : T;

/** Converts `fileIds` to `file_ids`. */
export function snakeName(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** A field whose names clients choose, so they stay as they are. */
const VERBATIM = 'labels';

/** Renames the fields of a response, and of nested objects, to snake_case. Keeps the names of labels. */
export function snakeCased<T extends object>(answer: T): SnakeCased<T> {
  return Object.fromEntries(
    Object.entries(answer).map(([name, value]) => [
      snakeName(name),
      isObject(value) && name !== VERBATIM ? snakeCased(value) : value,
    ]),
  ) as SnakeCased<T>;
}

/**
 * Converts the schema of a response to that of `snakeCased`. Appends `InSnakeCase` to the ids of all objects.
 * @param schema an object of objects, nullable values and plain values.
 */
export function snakeCasedSchema<S extends z.ZodObject>(schema: S): z.ZodType<SnakeCased<z.output<S>>> {
  return renamed(schema) as z.ZodType<SnakeCased<z.output<S>>>;
}

function renamed(schema: z.ZodType): z.ZodType {
  if (schema instanceof z.ZodNullable) {
    const nullable = renamed(schema.unwrap() as z.ZodType).nullable();
    return schema.description === undefined ? nullable : nullable.describe(schema.description);
  }
  if (!(schema instanceof z.ZodObject)) return schema;
  const fields = Object.entries(schema.shape).map(([name, value]) => [
    snakeName(name),
    renamed(value as z.ZodType),
  ]);
  const { id, description } = schema.meta() ?? {};
  return z.strictObject(Object.fromEntries(fields)).meta({
    ...(id === undefined ? {} : { id: `${id}InSnakeCase` }),
    ...(description === undefined ? {} : { description }),
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
