import { ANSWER_HEADERS } from './headers.js';
import type { JsonSchema, Operation } from './operation.js';
import { OperationWriter } from './operation-writer.js';
import { SchemaCollection } from './schema-collection.js';
import { type AuthMode, securitySchemes } from './security.js';
import { WEBHOOKS, writeWebhook } from './webhooks.js';

export interface DocumentOptions {
  operations: readonly Operation[];
  version: string;
  /** Where clients reach the API; where the document was found when undefined. */
  publicUrl: string | undefined;
  authMode: AuthMode;
}

const DESCRIPTION = `Every error is a problem document (RFC 9457) whose \`code\` a client may switch on.
Where requests are limited, the headers RateLimit-* tell what is left, and Retry-After when to go on.
Times are RFC 3339 in UTC, sizes bytes.`;

/** The OpenAPI 3.1 document of these operations, made of the schemas that validate requests and type answers. */
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
  const responses = elsewhere(writer);
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
      responses,
      securitySchemes: securitySchemes(authMode),
    },
  };
}

const ELSEWHERE = '/elsewhere';

/** Of answers to what is not a request. */
const NO_PATH = { path: undefined };

/** What is answered where there is no operation. */
function elsewhere(writer: OperationWriter): Record<string, JsonSchema> {
  return {
    RouteNotFound: writer.problemOf('ROUTE_NOT_FOUND', 'The answer to every path that is not here', {
      path: ELSEWHERE,
    }),
    MethodNotAllowed: writer.problemOf(
      'METHOD_NOT_ALLOWED',
      'The answer to every method that is not here, of a path that is; HEAD is where GET is',
      { headers: ['Allow'], path: ELSEWHERE },
    ),
    MalformedRequest: writer.problemOf('INVALID_REQUEST', 'The answer to what is not valid HTTP', NO_PATH),
    RequestIncomplete: writer.problemOf(
      'REQUEST_INCOMPLETE',
      'The answer to headers that are not there within 10 s, and to bodies that are not within 30 s',
      NO_PATH,
    ),
    HeadersTooLarge: writer.problemOf(
      'HEADERS_TOO_LARGE',
      'The answer to headers of more than 16 KiB together',
      NO_PATH,
    ),
  };
}

/** `/a/:b` of Express is `/a/{b}` of OpenAPI. */
export function templateOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}
