import type { z } from 'zod';
import type { ErrorCode } from '../../contract/errors.js';

/** Schema objects of JSON Schema 2020-12, which OpenAPI 3.1 uses as they are. */
export type JsonSchema = Record<string, unknown>;

/** One answer of an operation that is no error. */
export interface Answer {
  description: string;
  /** Of a JSON body. */
  schema?: z.ZodType;
  example?: unknown;
  /** Of a body that is not JSON. */
  mediaTypes?: readonly string[];
  /** Names of `ANSWER_HEADERS`. */
  headers?: readonly string[];
  /** Operations that the ids in this answer lead to. */
  links?: readonly string[];
}

/**
 * One route as clients know it: what the OpenAPI document says of it. Each stands in a file beside its route; what all
 * of a kind have in common (who asks, limits, bodies, jobs) is said by flags and written out by the document.
 */
export interface Operation {
  /** Unique; names the function in generated clients. */
  id: string;
  method: 'get' | 'post';
  /** As Express has it: `/v1/download/status/:jobId`. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  /** No authentication and no limits. */
  open?: true;
  /** Asks Temporal or the store: may be refused with 503 and is held to a time. */
  live?: true;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: { schema: z.ZodType; example: unknown };
  /** By HTTP status. */
  answers: Readonly<Record<number, Answer>>;
  /** Codes beyond those that follow from the rest. */
  errors?: readonly ErrorCode[];
}
