import { z } from 'zod';
import type { JsonSchema } from './operation.js';

/** UserSemaphore zod schemas into JSON Schema; those with an id become components, and are referred to. */
export class SchemaCollection {
  readonly components: Record<string, JsonSchema> = {};

  /** @param io `input` for what is sent to us, `output` for what we answer. */
  of(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const { $schema: _, $defs = {}, ...json } = this.convert(schema, io);
    for (const [id, definition] of Object.entries($defs as Record<string, JsonSchema>)) {
      const { id: _own, ...component } = definition;
      this.components[id] = component;
    }
    return json;
  }

  /** The members of an object as parameters: as what they are read, for on the wire all are text. */
  parameters(location: 'query' | 'header', schema: z.ZodObject | undefined): JsonSchema[] {
    if (!schema) return [];
    const { properties = {} } = this.of(schema, 'output');
    return Object.entries(properties as Record<string, JsonSchema>).map(([name, property]) => {
      const { description, ...rest } = property;
      const optional = (schema.shape[name] as z.ZodType).safeParse(undefined).success;
      const parameter = { name, in: location, required: !optional, schema: rest };
      return description === undefined ? parameter : { ...parameter, description };
    });
  }

  private convert(schema: z.ZodType, io: 'input' | 'output'): JsonSchema {
    const json = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
    return JSON.parse(JSON.stringify(json).replaceAll('"#/$defs/', '"#/components/schemas/')) as JsonSchema;
  }
}
