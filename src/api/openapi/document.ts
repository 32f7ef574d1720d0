import { problemSchema } from '../../contract/answers.js';
import { type ErrorCode, ERRORS } from '../../contract/errors.js';
import { ANSWER_HEADERS, EVERY_ANSWER, LIMITED_ANSWER } from './headers.js';
import type { Answer, JsonSchema, Operation } from './operation.js';
import { SchemaCollection } from './schema-collection.js';

export interface DocumentOptions {
  operations: readonly Operation[];
  version: string;
  /** Where clients reach the API; where the document was found when undefined. */
  publicUrl: string | undefined;
  authMode: 'none' | 'api-key' | 'jwt';
}

const JOB_ID = { type: 'string', format: 'uuid', description: 'As the start of the job told it.' };

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
  return {
    openapi: '3.1.0',
    info: {
      title: 'Longhaul',
      version,
      summary: 'Durable bulk downloads: post file ids, get one archive.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: publicUrl ?? '/' }],
    tags: [...new Set(operations.map(({ tag }) => tag))].map((name) => ({ name })),
    paths,
    components: {
      schemas: schemas.components,
      headers: ANSWER_HEADERS,
      securitySchemes: securitySchemes(authMode),
    },
  };
}

class OperationWriter {
  constructor(
    private readonly schemas: SchemaCollection,
    private readonly authMode: DocumentOptions['authMode'],
  ) {}

  write(operation: Operation): JsonSchema {
    const { id, tag, summary, description, body } = operation;
    const parameters = [
      ...pathParameters(operation.path),
      ...this.schemas.parameters('query', operation.query),
      ...this.schemas.parameters('header', operation.headers),
    ];
    return {
      operationId: id,
      tags: [tag],
      summary,
      ...(description === undefined ? {} : { description }),
      security: operation.open ? [] : security(this.authMode),
      ...(parameters.length > 0 ? { parameters } : {}),
      ...(body
        ? { requestBody: { required: true, content: this.json(body.schema, body.example, 'input') } }
        : {}),
      responses: { ...this.answers(operation), ...this.problems(operation) },
    };
  }

  private answers(operation: Operation): Record<string, JsonSchema> {
    const answers = Object.entries(operation.answers);
    return Object.fromEntries(answers.map(([status, answer]) => [status, this.answer(operation, answer)]));
  }

  private answer(operation: Operation, answer: Answer): JsonSchema {
    const { description, schema, example, mediaTypes, headers = [], links = [] } = answer;
    return {
      description,
      headers: headersOf(operation, headers),
      ...(schema ? { content: this.json(schema, example, 'output') } : {}),
      ...(mediaTypes ? { content: Object.fromEntries(mediaTypes.map((type) => [type, {}])) } : {}),
      ...(links.length > 0 ? { links: linksTo(links) } : {}),
    };
  }

  /** Per status, the codes that an operation can answer with. */
  private problems(operation: Operation): Record<string, JsonSchema> {
    const codes = errorsOf(operation);
    const statuses = new Set(codes.map((code) => ERRORS[code].status));
    return Object.fromEntries(
      [...statuses].map((status) => {
        const those = codes.filter((code) => ERRORS[code].status === status);
        return [status, this.problem(operation, status, those)];
      }),
    );
  }

  private problem(operation: Operation, status: number, codes: ErrorCode[]): JsonSchema {
    const schema = {
      allOf: [this.schemas.of(problemSchema, 'output'), { properties: { code: { enum: codes } } }],
    };
    const examples = Object.fromEntries(
      codes.map((code) => [code, { value: problemExample(code, operation) }]),
    );
    return {
      description: codes.map((code) => ERRORS[code].title).join(' · '),
      headers: headersOf(operation, status === 429 || status === 503 ? ['Retry-After'] : []),
      content: { 'application/problem+json': { schema, examples } },
    };
  }

  private json(schema: Answer['schema'] & object, example: unknown, io: 'input' | 'output'): JsonSchema {
    const content = { schema: this.schemas.of(schema, io) };
    return { 'application/json': example === undefined ? content : { ...content, example } };
  }
}

/** The codes that follow from what an operation is, and its own. */
function errorsOf(operation: Operation): ErrorCode[] {
  const { open, live, body, path, errors = [] } = operation;
  const codes: ErrorCode[] = ['INVALID_REQUEST', 'INTERNAL_ERROR'];
  if (!open) codes.push('UNAUTHENTICATED', 'RATE_LIMITED');
  if (body) codes.push('INVALID_JSON', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE');
  if (live) codes.push('TEMPORAL_UNAVAILABLE', 'STORAGE_UNAVAILABLE', 'REQUEST_TIMEOUT');
  if (path.includes(':jobId')) codes.push('JOB_NOT_FOUND');
  return [...new Set([...codes, ...errors])];
}

function problemExample(code: ErrorCode, { path }: Operation): JsonSchema {
  const { status, title } = ERRORS[code];
  return {
    type: `urn:longhaul:problem:${code}`,
    title,
    status,
    detail: `${title}.`,
    instance: path,
    code,
    requestId: '7f1c2c9e-5d0b-4a64-9f0e-2b1f6f0d9c11',
  };
}

function headersOf(operation: Operation, own: readonly string[]): JsonSchema {
  const names = [...EVERY_ANSWER, ...(operation.open ? [] : LIMITED_ANSWER), ...own];
  return Object.fromEntries(names.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

/** `/a/:b` of Express is `/a/{b}` of OpenAPI. */
export function templateOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function pathParameters(path: string): JsonSchema[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => {
    return { name, in: 'path', required: true, schema: name === 'jobId' ? JOB_ID : { type: 'string' } };
  });
}

function linksTo(operationIds: readonly string[]): JsonSchema {
  const parameters = { jobId: '$response.body#/jobId' };
  return Object.fromEntries(operationIds.map((operationId) => [operationId, { operationId, parameters }]));
}

/** Where nothing is asked for, a name may still be given. */
function security(authMode: DocumentOptions['authMode']): JsonSchema[] {
  if (authMode === 'none') return [{}, { userId: [] }];
  return authMode === 'jwt' ? [{ bearer: [] }] : [{ bearer: [] }, { apiKey: [] }];
}

function securitySchemes(authMode: DocumentOptions['authMode']): JsonSchema {
  if (authMode === 'none') return { userId: { type: 'apiKey', in: 'header', name: 'X-User-Id' } };
  if (authMode === 'jwt') return { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } };
  return {
    bearer: { type: 'http', scheme: 'bearer' },
    apiKey: { type: 'apiKey', in: 'header', name: 'X-Api-Key' },
  };
}
