import type { z } from 'zod';
import type { ErrorCode } from '../../contract/errors.js';

/** A schema object of JSON Schema 2020-12, which OpenAPI 3.1 uses unchanged. */
export type JsonSchema = Record<string, unknown>;

/** A successful response of an operation. */
export interface Answer {
  description: string;
  /** Schema of the body, or of each event of an event stream. */
  schema?: z.ZodType;
  example?: unknown;
  /** Defaults to JSON. */
  mediaTypes?: readonly string[];
  /** Schema of each message of a WebSocket. Written as `x-messages`, because OpenAPI has no field for it. */
  messages?: z.ZodType;
  /** Names of `ANSWER_HEADERS`. */
  headers?: readonly string[];
  /** Operations that accept the job id of this response, and the JSON pointer of the id. */
  links?: { from: string; to: readonly string[] };
}

/**
 * The documentation of one route, in a file next to it. Flags stand for what many operations share (authentication,
 * limits, bodies, jobs); the document writes them out.
 */
export interface Operation {
  /** Unique. Generated clients use it as the function name. */
  id: string;
  method: 'get' | 'post' | 'delete';
  /** As in Express: `/v1/download/status/:jobId`. */
  path: string;
  tag: string;
  summary: string;
  description?: string;
  deprecated?: true;
  /** Needs no authentication. Its rate limit counts by address. */
  open?: true;
  /** Accepts no cookie. */
  noCookie?: true;
  /** Has no rate limit. */
  unlimited?: true;
  /** Accepts a ticket in the query instead of other credentials. */
  ticket?: true;
  /** Calls Temporal and has a timeout. */
  live?: true;
  query?: z.ZodObject;
  headers?: z.ZodObject;
  body?: { schema: z.ZodType; example: unknown };
  /** By HTTP status. */
  answers: Readonly<Record<number, Answer>>;
  /** Error codes besides those that the flags imply. */
  errors?: readonly ErrorCode[];
}

/** A request that this service sends, for OpenAPI's `webhooks`. */
export interface Webhook {
  id: string;
  summary: string;
  description: string;
  body: { schema: z.ZodType; example: unknown };
}
