import { ANSWER_HEADERS } from './headers.js';
import type { JsonSchema, Operation } from './operation.js';
import { OperationWriter } from './operation-writer.js';
import { SchemaCollection } from './schema-collection.js';
import { type AuthMode, securitySchemes } from './security.js';
import { WEBHOOKS, writeWebhook } from './webhooks.js';

export interface DocumentOptions {
  operations: readonly Operation[];
  version: string;
  /** Base URL of the API for clients; that of the document when undefined. */
  publicUrl: string | undefined;
  authMode: AuthMode;
}

const DESCRIPTION = `Every error is a problem document (RFC 9457) with a stable \`code\`.
If requests are limited, the headers RateLimit-* show the remaining requests, and Retry-After when to retry.
Times are RFC 3339 in UTC, sizes are bytes.`;

/** Writes the OpenAPI 3.1 document of the operations, from the schemas that validate requests and type responses. */
export function openApiDocument(options: DocumentOptions): JsonSchema {
  const { operations, version, publicUrl, authMode } = options;
  const schemas = new SchemaCollection();
  const writer = new OperationWriter(schemas, authMode);
  const paths: Record<string, JsonSchema> = {};
  for (const operation of operations) {
    const path = templateOf(operation.path);
    paths[path] = { ...paths[path], [operation.method]: writer.write(operation) };
  }
  const webhooks = Object.fromEntries(
    WEBHOOKS.map((webhook) => [webhook.id, { post: writeWebhook(webhook, schemas) }]),
  );
  return {
    openapi: '3.1.0',
    info: {
      title: 'Longhaul',
      version,
      summary: 'Durable bulk downloads: post file ids, get one archive.',
      description: DESCRIPTION,
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl ?? '/' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    webhooks,
    components: {
      schemas: schemas.components,
      headers: ANSWER_HEADERS,
      responses: defaultResponses(writer),
      securitySchemes: securitySchemes(authMode),
    },
  };
}

/** Example path of a request that matches no operation. */
const UNKNOWN_PATH = '/elsewhere';

/** Responses to requests that match no operation. */
function defaultResponses(writer: OperationWriter): Record<string, JsonSchema> {
  return {
    RouteNotFound: writer.defaultProblem(
      'ROUTE_NOT_FOUND',
      'The response to every path that is not documented',
      UNKNOWN_PATH,
    ),
    MethodNotAllowed: writer.defaultProblem(
      'METHOD_NOT_ALLOWED',
      'The response to every method that is not documented for its path, except HEAD where GET is',
      UNKNOWN_PATH,
      ['Allow'],
    ),
  };
}

/** Converts a path of Express, `/a/:b`, to OpenAPI's `/a/{b}`. */
export function templateOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}
