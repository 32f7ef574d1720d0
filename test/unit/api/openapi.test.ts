import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import express from 'express';
import { createApp } from '../../../src/api/app.js';
import { templateOf } from '../../../src/api/openapi/document.js';
import { operationsOf } from '../../../src/api/openapi/operations.js';
import { ERRORS } from '../../../src/contract/errors.js';
import { type ApiServer, appDependencies, startApiServer } from '../../support/api-server.js';
import { ApiDocument } from '../../support/api-document.js';
import { registeredRoutes } from '../../support/registered-routes.js';

/** Pages and their files, for people. */
const NOT_OPERATIONS = /^get \/docs(?:\/|$)/;

/** Answered by whatever listens for upgrades, besides the route that says so. */
const WEB_SOCKET = 'get /v1/download/jobs/{jobId}/stream';

/** Never the answer to a request: why a job failed, or a file is not in its archive. */
const OF_JOBS_ALONE = [
  'ARCHIVE_INCOMPLETE',
  'FILE_CHANGED',
  'FILE_TOO_LARGE',
  'FILE_UNREADABLE',
  'JOB_TERMINATED',
  'JOB_TIMEOUT',
  'JOB_TOO_LARGE',
  'NO_FILES_AVAILABLE',
  'WORKER_LOST',
];

const localLinks = { openLink: () => Promise.reject(new Error('no')) };

describe('the OpenAPI document', () => {
  let server: ApiServer;
  let document: ApiDocument;
  beforeAll(async () => {
    server = await startApiServer({ localLinks });
    document = await ApiDocument.fetch(server.baseUrl);
  });
  afterAll(() => server.stop());

  it('has every route of the application, and no other', () => {
    const use = jest.spyOn(express.application, 'use');
    createApp(appDependencies({ localLinks }));
    const routes = registeredRoutes(use.mock.calls).map(templateOf);
    use.mockRestore();
    const known = new Set([...routes.filter((route) => !NOT_OPERATIONS.test(route)), WEB_SOCKET]);
    expect([...known].toSorted()).toEqual(document.operations().toSorted());
  });

  it('leaves out what the store does not need', () => {
    const ids = operationsOf({ limits: { maxFiles: 1 } }).map(({ id }) => id);
    expect(ids).not.toContain('getObject');
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('has examples that its own schemas accept', () => {
    expect(document.faultsOfExamples()).toEqual([]);
  });

  it('is what answers are held against: a status, header or member that it lacks is found', async () => {
    const headers = { 'content-type': 'application/json', 'x-request-id': '1' };
    const faultsOf = (status: number, body: object, with_: Record<string, string> = headers) =>
      document.faultsOf('get /livez', new Response(JSON.stringify(body), { status, headers: with_ }));
    const healthy = { status: 'healthy', checks: {} };
    expect(await faultsOf(200, healthy)).toEqual([]);
    expect(await faultsOf(201, healthy)).toHaveLength(1);
    expect(await faultsOf(200, { ...healthy, more: 1 })).toHaveLength(1);
    expect(await faultsOf(200, { status: 'healthy' })).toHaveLength(1);
    expect(await faultsOf(200, healthy, { 'content-type': 'text/plain', 'x-request-id': '1' })).toHaveLength(
      1,
    );
    expect(await faultsOf(200, healthy, { 'content-type': 'application/json' })).toHaveLength(1);
  });

  it('tells every code of an operation with its status', () => {
    for (const { status, code } of document.problemExamples()) {
      expect(status).toBe(ERRORS[code as keyof typeof ERRORS].status);
    }
  });

  it('has every code: as an answer, or as the reason of a job', () => {
    const answered = new Set(document.problemExamples().map(({ code }) => code));
    const others = Object.keys(ERRORS).filter((code) => !answered.has(code));
    expect(others.toSorted()).toEqual(OF_JOBS_ALONE);
    const { ErrorCode: codes, JobError: jobError } = document.json.components.schemas as Record<
      string,
      { enum: string[]; properties: object }
    >;
    expect(codes!.enum).toEqual(expect.arrayContaining(OF_JOBS_ALONE));
    expect(jobError!.properties).toHaveProperty('code.$ref', '#/components/schemas/ErrorCode');
  });

  it('says what is answered where there is no operation', async () => {
    const answer = (path: string, method: string) => fetch(`${server.baseUrl}${path}`, { method });
    const nowhere = await answer('/v2', 'GET');
    expect([nowhere.status, await document.faultsElsewhere('RouteNotFound', nowhere)]).toEqual([404, []]);
    const forbidden = await answer('/livez', 'PUT');
    const faults = await document.faultsElsewhere('MethodNotAllowed', forbidden);
    expect([forbidden.status, faults]).toEqual([405, []]);
  });

  it.each([
    ['MalformedRequest', 400, 'nonsense\r\n\r\n'],
    ['HeadersTooLarge', 431, `GET / HTTP/1.1\r\nhost: x\r\nx-large: ${'x'.repeat(17_000)}\r\n\r\n`],
  ])('says what is answered to what is no request: %s', async (name, status, sent) => {
    const [head, body] = (await server.raw(sent)).split('\r\n\r\n') as [string, string];
    const [, ...lines] = head.split('\r\n');
    const headers = lines.map((line) => line.split(': ') as [string, string]);
    const answer = new Response(body, { status, headers });
    expect(head).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    expect(await document.faultsElsewhere(name, answer)).toEqual([]);
  });

  it('has each header of its answers among its components', () => {
    for (const [, name] of JSON.stringify(document.json).matchAll(/"#\/components\/headers\/([\w-]+)"/g)) {
      expect(document.json.components.headers).toHaveProperty(name!);
    }
  });

  it('refers to nothing that it does not have', () => {
    const text = JSON.stringify(document.json);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.json.components.schemas).toHaveProperty(name!);
    }
    expect(text).not.toContain('$defs');
  });

  it('has schemas that are JSON Schema', () => {
    const ajv = new Ajv2020({ strict: false });
    for (const schema of Object.values(document.json.components.schemas)) {
      expect(ajv.validateSchema(schema as object)).toBe(true);
    }
  });

  it.each([
    ['none', [{}, { userId: [] }], ['userId', 'ticket']],
    ['api-key', [{ bearer: [] }, { apiKey: [] }], ['bearer', 'apiKey', 'ticket']],
    ['jwt', [{ bearer: [] }], ['bearer', 'ticket']],
  ] as const)('says who may ask when AUTH_MODE is %s', async (authMode, security, schemes) => {
    const other = await startApiServer({ authMode });
    const { json } = await ApiDocument.fetch(other.baseUrl);
    await other.stop();
    expect(json.paths['/v1/download/initiate']!['post']!.security).toEqual(security);
    expect(json.paths['/v1/download/jobs/{jobId}/events']!['get']!.security).toEqual([
      ...security,
      { ticket: [] },
    ]);
    expect(json.paths['/livez']!['get']!.security).toEqual([]);
    expect(Object.keys(json.components.securitySchemes)).toEqual(schemes);
  });
});

describe('the page of the document', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
  });
  afterAll(() => server.stop());

  it('is made of files of its own server alone, under a policy that allows no other', async () => {
    const page = await fetch(`${server.baseUrl}/docs`);
    expect(page.url).toBe(`${server.baseUrl}/docs/`);
    expect(page.headers.get('content-security-policy')).toMatch(/^default-src 'none';script-src 'self';/);
    const html = await page.text();
    const files = [...html.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, file]) => file!);
    expect(files).toHaveLength(4);
    for (const file of files) {
      const url = new URL(file, page.url);
      expect(url.origin).toBe(server.baseUrl);
      expect([file, (await fetch(url)).status]).toEqual([file, 200]);
    }
    expect((await fetch(`${server.baseUrl}/docs/index.html`)).status).toBe(404);
  });

  it.each([
    ['range', 'bytes=99999999-'],
    ['if-match', '"another"'],
    ['if-unmodified-since', 'Thu, 01 Jan 1970 00:00:00 GMT'],
  ])('is sent whole in spite of %s', async (name, value) => {
    const response = await fetch(`${server.baseUrl}/docs/swagger-ui.css`, { headers: { [name]: value } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/css');
  });

  it('changes no policy but its own', async () => {
    const { headers } = await fetch(`${server.baseUrl}/livez`);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
  });
});
