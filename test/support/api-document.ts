import { Ajv2020 } from 'ajv/dist/2020.js';

type Json = Record<string, unknown>;

interface Content {
  schema?: Json;
  example?: unknown;
  examples?: Record<string, { value: unknown }>;
}

interface DocumentedAnswer {
  headers?: Record<string, unknown>;
  content?: Record<string, Content>;
}

interface DocumentedOperation {
  security: unknown;
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, DocumentedAnswer>;
}

interface OpenApi {
  paths: Record<string, Record<string, DocumentedOperation>>;
  webhooks: Record<string, { post: DocumentedOperation }>;
  components: {
    schemas: Json;
    headers: Record<string, { required?: boolean }>;
    responses: Record<string, DocumentedAnswer>;
    securitySchemes: Json;
  };
}

/** The OpenAPI document of a running API. Checks real responses against it, without any other knowledge of the API. */
export class ApiDocument {
  private readonly ajv = new Ajv2020({ strict: false, validateFormats: false, allErrors: true });

  private constructor(readonly json: OpenApi) {
    this.ajv.addSchema({ $id: 'api:', components: json.components });
  }

  static async fetch(baseUrl: string): Promise<ApiDocument> {
    return new ApiDocument((await (await fetch(`${baseUrl}/openapi.json`)).json()) as OpenApi);
  }

  /** All operations, as `get /v1/download/{jobId}`. */
  operations(): string[] {
    return Object.entries(this.json.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
  }

  /**
   * Lists how a response deviates from the document; empty if it conforms.
   * @param operation as `get /v1/download/{jobId}`.
   */
  async faultsOf(operation: string, response: Response): Promise<string[]> {
    const [method, path] = operation.split(' ') as [string, string];
    const documented = this.json.paths[path]?.[method]?.responses[response.status];
    if (!documented) return [`${operation}: ${response.status} is not documented`];
    return this.faultsOfAnswer(`${operation} ${response.status}`, documented, response);
  }

  private async faultsOfAnswer(
    where: string,
    documented: DocumentedAnswer,
    response: Response,
  ): Promise<string[]> {
    const missing = Object.keys(documented.headers ?? {}).filter(
      (name) => this.json.components.headers[name]?.required && !response.headers.has(name),
    );
    return [
      ...missing.map((name) => `${where}: the header ${name} is missing`),
      ...(await this.faultsOfBody(where, documented, response)),
    ];
  }

  /** Like `faultsOf`, for one message of a stream. */
  faultsOfMessage(message: unknown): string[] {
    return this.faults('a message', { $ref: '#/components/schemas/StreamMessage' }, message);
  }

  /** Like `faultsOf`, for the body of a webhook. */
  faultsOfWebhook(id: string, body: unknown): string[] {
    const schema = this.json.webhooks[id]?.post.requestBody?.content['application/json']?.schema;
    return schema ? this.faults(id, schema, body) : [`There is no webhook ${id}`];
  }

  /** Like `faultsOf`, for a response to a request that matches no operation. */
  async faultsOfDefault(name: string, response: Response): Promise<string[]> {
    return this.faultsOfAnswer(name, this.json.components.responses[name]!, response);
  }

  faultsOfExamples(): string[] {
    return Object.entries({ ...this.json.paths, ...this.json.webhooks }).flatMap(([path, methods]) =>
      Object.entries(methods).flatMap(([method, { requestBody, responses }]) =>
        [requestBody?.content, ...Object.values(responses).map(({ content }) => content)]
          .flatMap((content) => Object.values(content ?? {}))
          .flatMap((content) =>
            examplesOf(content).flatMap((example) =>
              this.faults(`${method} ${path}`, content.schema, example),
            ),
          ),
      ),
    );
  }

  /** The problem examples of all operations and default responses: one per error code. */
  problemExamples(): { status: number; code: string }[] {
    const operations = Object.values(this.json.paths).flatMap((methods) => Object.values(methods));
    const answers = operations.flatMap(({ responses }) => Object.values(responses));
    return [...answers, ...Object.values(this.json.components.responses)].flatMap(
      ({ content }) =>
        examplesOf(content?.['application/problem+json'] ?? {}) as { status: number; code: string }[],
    );
  }

  private async faultsOfBody(where: string, answer: DocumentedAnswer, response: Response): Promise<string[]> {
    const types = Object.keys(answer.content ?? {});
    const type = response.headers.get('content-type')?.split(';')[0] ?? 'nothing';
    if (types.length === 0) return [];
    if (!types.includes(type)) return [`${where}: ${type} is not documented`];
    const { schema } = answer.content![type]!;
    if (!schema || !type.endsWith('json')) return [];
    return this.faults(where, schema, await response.clone().json());
  }

  private faults(where: string, schema: Json | undefined, value: unknown): string[] {
    if (!schema) return [];
    const absolute = JSON.parse(JSON.stringify(schema).replaceAll('"#/', '"api:#/')) as Json;
    if (this.ajv.validate(absolute, value)) return [];
    return (this.ajv.errors ?? []).map((error) => `${where}: ${error.instancePath} ${error.message}`);
  }
}

function examplesOf({ example, examples = {} }: Content): unknown[] {
  return [example, ...Object.values(examples).map(({ value }) => value)].filter((one) => one !== undefined);
}
