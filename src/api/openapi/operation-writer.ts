import { problemSchema } from '../../contract/http/answers.js';
import { type ErrorCode, ERRORS } from '../../contract/errors.js';
import { startsWork } from '../middleware/overloaded.js';
import { EVERY_ANSWER, LIMITED_ANSWER, PROBLEM_HEADERS } from './headers.js';
import type { Answer, JsonSchema, Operation } from './operation.js';
import type { SchemaCollection } from './schema-collection.js';
import { type AuthMode, security } from './security.js';

const JOB_ID = {
  description: 'The job id from the response that started the job.',
  schema: { type: 'string', format: 'uuid' },
};

const JSON_ONLY: readonly string[] = ['application/json'];

/** Its response has the headers of the new protocol only. */
const SWITCHING_PROTOCOLS = '101';

/** Writes the operations of the document. Adds their schemas to a collection. */
export class OperationWriter {
  constructor(
    private readonly schemas: SchemaCollection,
    private readonly authMode: AuthMode,
  ) {}

  write(operation: Operation): JsonSchema {
    const { id, tag, summary, description, deprecated, body } = operation;
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
      ...(deprecated ? { deprecated } : {}),
      security: security(operation, this.authMode),
      ...(parameters.length > 0 ? { parameters } : {}),
      ...(body ? { requestBody: this.request(body) } : {}),
      responses: { ...this.answers(operation), ...this.problems(operation) },
    };
  }

  /** Writes the response to requests that match no operation. */
  defaultProblem(
    code: ErrorCode,
    description: string,
    path: string,
    headers: readonly string[] = [],
  ): JsonSchema {
    const { content } = this.problem([code], path);
    return { description, headers: references([...EVERY_ANSWER, ...headers]), content };
  }

  private answers(operation: Operation): Record<string, JsonSchema> {
    const answers = Object.entries(operation.answers);
    return Object.fromEntries(
      answers.map(([status, answer]) => [status, this.answer(operation, status, answer)]),
    );
  }

  private answer(operation: Operation, status: string, answer: Answer): JsonSchema {
    const { description, messages, headers = [], links } = answer;
    return {
      description,
      ...(status === SWITCHING_PROTOCOLS ? {} : { headers: headersOf(operation, headers) }),
      ...this.body(answer),
      ...(messages ? { 'x-messages': this.schemas.of(messages, 'output') } : {}),
      ...(links ? { links: linksTo(links) } : {}),
    };
  }

  private body({ schema, example, mediaTypes = JSON_ONLY }: Answer): JsonSchema {
    if (!schema && mediaTypes === JSON_ONLY) return {};
    const content = {
      ...(schema ? { schema: this.schemas.of(schema, 'output') } : {}),
      ...(example === undefined ? {} : { example }),
    };
    return { content: Object.fromEntries(mediaTypes.map((type) => [type, content])) };
  }

  /** Writes one problem per status, with the error codes of the operation. */
  private problems(operation: Operation): Record<string, JsonSchema> {
    const codes = errorsOf(operation);
    const statuses = new Set(codes.map((code) => ERRORS[code].status));
    return Object.fromEntries(
      [...statuses].map((status) => {
        const ofStatus = codes.filter((code) => ERRORS[code].status === status);
        const headers = headersOf(operation, PROBLEM_HEADERS[status] ?? []);
        return [status, { ...this.problem(ofStatus, operation.path), headers }];
      }),
    );
  }

  private problem(codes: ErrorCode[], path: string) {
    const schema = {
      allOf: [this.schemas.of(problemSchema, 'output'), { properties: { code: { enum: codes } } }],
    };
    const examples = Object.fromEntries(codes.map((code) => [code, { value: problemExample(code, path) }]));
    return {
      description: codes.map((code) => ERRORS[code].title).join(' · '),
      content: { 'application/problem+json': { schema, examples } },
    };
  }

  private request({ schema, example }: Operation['body'] & object): JsonSchema {
    const content = { schema: this.schemas.of(schema, 'input'), example };
    return { required: true, content: { 'application/json': content } };
  }
}

/** The error codes implied by the flags of an operation, plus its own. */
function errorsOf(operation: Operation): ErrorCode[] {
  const { method, open, unlimited, live, body, path, errors = [] } = operation;
  const codes: ErrorCode[] = ['INVALID_REQUEST', 'INTERNAL_ERROR'];
  if (!unlimited) codes.push('RATE_LIMITED');
  if (!open) codes.push('UNAUTHENTICATED', 'AUTH_UNAVAILABLE');
  if (body)
    codes.push('INVALID_JSON', 'REQUEST_INCOMPLETE', 'BODY_TOO_LARGE', 'UNSUPPORTED_MEDIA_TYPE', 'FORBIDDEN');
  if (live) codes.push('TEMPORAL_UNAVAILABLE', 'REQUEST_TIMEOUT');
  if (startsWork(method.toUpperCase(), path)) codes.push('OVERLOADED');
  if (path.includes(':jobId')) codes.push('JOB_NOT_FOUND');
  return [...new Set([...codes, ...errors])];
}

function problemExample(code: ErrorCode, path: string): JsonSchema {
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

function headersOf({ unlimited }: Operation, own: readonly string[]): JsonSchema {
  return references([...EVERY_ANSWER, ...(unlimited ? [] : LIMITED_ANSWER), ...own]);
}

function references(headers: readonly string[]): JsonSchema {
  return Object.fromEntries(headers.map((name) => [name, { $ref: `#/components/headers/${name}` }]));
}

function pathParameters(path: string): JsonSchema[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => {
    const details = name === 'jobId' ? JOB_ID : { schema: { type: 'string' } };
    return { name, in: 'path', required: true, ...details };
  });
}

function linksTo({ from, to }: Answer['links'] & object): JsonSchema {
  const parameters = { jobId: `$response.body#/${from}` };
  return Object.fromEntries(to.map((operationId) => [operationId, { operationId, parameters }]));
}
