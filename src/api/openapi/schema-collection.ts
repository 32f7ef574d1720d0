import { z } from 'zod';
import type { JsonSchema } from './operation.js';

/** Converts zod schemas to JSON Schema. Schemas with an id become components and are referenced. */
export class SchemaCollection {
  readonly components: Record<string, JsonSchema> = {};

  /** Converts a schema. @param io `input` for requests, `output` for responses. */
  of(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema: _, $defs = {}, ...json } = this.convert(schema, io);
    for (const [id, definition] of Object.entries($defs as Record<string, JsonSchema>)) {
      const { id: _own, ...component } = definition;
      this.components[id] = component;
    }
    return json;
  }

  /** Converts the fields of an object to parameters. Uses the parsed types, because on the wire all are strings. */
  parameters(location: 'query' | 'header', schema: z.ZodObject | undefined): JsonSchema[] {
    if (!schema) return [];
    const { properties = {} } = this.of(schema, 'output');
    return Object.entries(properties as Record<string, JsonSchema>).map(([name, property]) => {
      const { description, ...rest } = property;
      const optional = (schema.shape[name] as z.ZodType).safeParse(undefined).success;
      // OpenAPI repeats a list's parameter by default; ours separate its items by commas.
      const style = rest['type'] === 'array' ? { explode: false } : {};
      const parameter = { name, in: location, required: !optional, schema: rest, ...style };
      return description === undefined ? parameter : { ...parameter, description };
    });
  }

  private convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const json = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    return JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema;
  }
}
