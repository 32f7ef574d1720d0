import type { z } from 'zod';
import type { ErrorCode } from '../../contract/errors.js';

/** Schema objects of JSON Schema 2020-12, which OpenAPI 3.1 uses as they are. */
export type JsonSchema = Record<string, unknown>;

/** One answer of an operation that is no error. */
export interface Answer {
  description: string;
  /** Of the body; of an event stream, that of each event. */
  schema?: z.ZodType;
  example?: unknown;
  /** JSON when absent. */
  mediaTypes?: readonly string[];
  /** Of each message of a WebSocket, which OpenAPI itself has no word for: told as `x-messages`. */
  messages?: z.ZodType;
  /** Names of `ANSWER_HEADERS`. */
  headers?: readonly string[];
  /** Operations that a job's id in this answer leads to, and where in it the id is. */
  links?: { from: string; to: readonly string[] };
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
  deprecated?: true;
  /** No authentication and no limits. */
  open?: true;
  /** A ticket in the query suffices. */
  ticket?: true;
  /** Asks Temporal, and is held to a time. */
  live?: true;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: { schema: z.ZodType; example: unknown };
  /** By HTTP status. */
  answers: Readonly<Record<number, Answer>>;
  /** Codes beyond those that follow from the rest. */
  errors?: readonly ErrorCode[];
}

/** A request that we make: of OpenAPI's `webhooks`. */
export interface Webhook {
  id: string;
  summary: string;
  description: string;
  body: { schema: z.ZodType; example: unknown };
}
