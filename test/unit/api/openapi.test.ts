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

/** The Swagger UI page and its files. */
const NOT_OPERATIONS = /^get \/(?:docs|assets)(?:\/|$)/;

/** Registered as a route that responds 426 without an upgrade. */
const WEB_SOCKET = 'get /v1/download/jobs/{jobId}/stream';

/** Errors of jobs, of files, and of the proxy, that no response of an API server has. */
const CODES_OF_OTHERS = [
  'ARCHIVE_INCOMPLETE',
  'FILE_ARCHIVED',
  'FILE_CHANGED',
  'FILE_TOO_LARGE',
  'FILE_UNREADABLE',
  'JOB_TERMINATED',
  'JOB_TIMEOUT',
  'JOB_TOO_LARGE',
  'NO_FILES_AVAILABLE',
  'SERVER_UNAVAILABLE',
  'STORAGE_FULL',
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

  it('describes exactly the routes of the application', () => {
    const use = jest.spyOn(express.application, 'use');
    createApp(appDependencies({ localLinks }));
    const routes = registeredRoutes(use.mock.calls).map(templateOf);
    use.mockRestore();
    const known = new Set([...routes.filter((route) => !NOT_OPERATIONS.test(route)), WEB_SOCKET]);
    expect([...known].toSorted()).toEqual(document.operations().toSorted());
  });

  it('omits routes that the store does not need', () => {
    const ids = operationsOf({ limits: { maxFiles: 1 } }).map(({ id }) => id);
    expect(ids).not.toContain('getObject');
    expect(new Set(ids).size).toBe(ids.length);
  });

  it('marks the repeated fields of a status as deprecated', () => {
    const { properties } = document.json.components.schemas['DownloadStatus'] as {
      properties: Record<string, { deprecated?: boolean }>;
    };
    const deprecated = Object.keys(properties).filter((name) => properties[name]!.deprecated);
    expect(deprecated).toEqual([
      'url',
      'progressPercent',
      'checksum',
      'errorCode',
      'errorMessage',
      'retryAfterMs',
      'supportTicketId',
    ]);
  });

  it('has examples that match its schemas', () => {
    expect(document.faultsOfExamples()).toEqual([]);
  });

  it('detects undocumented statuses, headers and members', async () => {
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

  it('lists every error code with its status', () => {
    for (const { status, code } of document.problemExamples()) {
      expect(status).toBe(ERRORS[code as keyof typeof ERRORS].status);
    }
  });

  it('contains every error code', () => {
    const answered = new Set(document.problemExamples().map(({ code }) => code));
    const others = Object.keys(ERRORS).filter((code) => !answered.has(code));
    expect(others.toSorted()).toEqual(CODES_OF_OTHERS);
    const { ErrorCode: codes, JobError: jobError } = document.json.components.schemas as Record<
      string,
      { enum: string[]; properties: object }
    >;
    expect(codes!.enum).toEqual(expect.arrayContaining(CODES_OF_OTHERS));
    expect(jobError!.properties).toHaveProperty('code.$ref', '#/components/schemas/ErrorCode');
  });

  it('documents responses to unknown routes and methods', async () => {
    const answer = (path: string, method: string) => fetch(`${server.baseUrl}${path}`, { method });
    const nowhere = await answer('/v2', 'GET');
    expect([nowhere.status, await document.faultsOfDefault('RouteNotFound', nowhere)]).toEqual([404, []]);
    const forbidden = await answer('/livez', 'PUT');
    const faults = await document.faultsOfDefault('MethodNotAllowed', forbidden);
    expect([forbidden.status, faults]).toEqual([405, []]);
  });

  it('defines every referenced header', () => {
    for (const [, name] of JSON.stringify(document.json).matchAll(/"#\/components\/headers\/([\w-]+)"/g)) {
      expect(document.json.components.headers).toHaveProperty(name!);
    }
  });

  it('defines every referenced schema', () => {
    const text = JSON.stringify(document.json);
    for (const [, name] of text.matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      expect(document.json.components.schemas).toHaveProperty(name!);
    }
    expect(text).not.toContain('$defs');
  });

  it('contains valid JSON Schema', () => {
    const ajv = new Ajv2020({ strict: false });
    for (const schema of Object.values(document.json.components.schemas)) {
      expect(ajv.validateSchema(schema as object)).toBe(true);
    }
  });

  it.each([
    ['none', [{}, { userId: [] }], ['userId', 'ticket']],
    ['api-key', [{ bearer: [] }, { apiKey: [] }, { signIn: [] }], ['bearer', 'apiKey', 'signIn', 'ticket']],
    ['jwt', [{ bearer: [] }, { signIn: [] }], ['bearer', 'signIn', 'ticket']],
  ] as const)('documents the credentials of AUTH_MODE=%s', async (authMode, security, schemes) => {
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

describe('the docs page', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
  });
  afterAll(() => server.stop());

  it('loads only files of its own server', async () => {
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
  ])('ignores %s', async (name, value) => {
    const response = await fetch(`${server.baseUrl}/docs/swagger-ui.css`, { headers: { [name]: value } });
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toContain('text/css');
  });

  it('changes only its own security policy', async () => {
    const { headers } = await fetch(`${server.baseUrl}/livez`);
    expect(headers.get('content-security-policy')).toMatch(/^default-src 'self';/);
  });
});
