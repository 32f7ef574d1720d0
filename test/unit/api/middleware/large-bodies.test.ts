import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import type { DownloadJob } from '../../../../src/contract/job.js';
import { type ApiServer, startApiServer } from '../../../support/api-server.js';

const MIB = 1_024 * 1_024;

interface Problem {
  status: number;
  code: string;
  detail: string;
  errors: { path: string }[];
}

describe('jsonBody', () => {
  let server: ApiServer;
  const started: DownloadJob[] = [];
  beforeAll(async () => {
    const start = async (job: DownloadJob) => {
      started.push(job);
      return { createdAt: job.createdAt, replayed: false };
    };
    server = await startApiServer({
      jobs: { start } as never,
      limits: { maxFiles: 10_000, maxQueued: 100 },
    });
  });
  afterAll(() => server.stop());

  const post = (body: string | Buffer, path = '/v1/download/initiate', headers: object = {}) =>
    fetch(`${server.baseUrl}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  const problemOf = async (response: Promise<Response>) => (await (await response).json()) as Problem;

  it('accepts 10,000 files with names of 150 letters', async () => {
    const files = Array.from({ length: 10_000 }, (_, i) => ({
      fileId: 70_000 + i,
      name: `${'é'.repeat(70)} ${i}`,
    }));
    // Escaped and indented, as many clients write it.
    const body = JSON.stringify({ files }, null, 2).replaceAll('é', '\\u00e9');
    expect(body.length).toBeGreaterThan(4 * MIB);
    expect((await post(body)).status).toBe(202);
    expect(started.at(-1)!.files[1]).toEqual(files[1]);
  });

  it.each([
    ['its length', (body: string) => [body, {}] as const],
    ['its unpacked length', (body: string) => [gzipSync(body), { 'content-encoding': 'gzip' }] as const],
  ])('refuses a body beyond 8 MiB by %s', async (_, sent) => {
    const [body, headers] = sent(`{"fileIds":[70000${' '.repeat(8 * MIB)}]}`);
    expect(await problemOf(post(body, undefined, headers))).toMatchObject({
      status: 413,
      code: 'BODY_TOO_LARGE',
      detail: 'The body is larger than 8 MiB. Use shorter names, or start several downloads.',
    });
  });

  it('refuses a body too large before it arrives', async () => {
    const head = `POST /v1/download/initiate HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n`;
    const answer = await server.raw(`${head}content-length: ${100 * MIB}\r\n\r\n{`);
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
  });

  const many = (count: number, text: (i: number) => string) =>
    Array.from({ length: count }, (_, i) => text(i));
  it.each([
    ['fields', `{${many(80_000, (i) => `"f${i}":1`).join()}}`],
    ['labels', `{"fileIds":[70000],"labels":{${many(80_000, (i) => `"l${i}":"x"`).join()}}}`],
    ['ids', `{"fileIds":[${many(500_000, () => '70000').join()}]}`],
    ['files', `{"files":[${many(500_000, () => '{}').join()}]}`],
    ['lists in lists', `{"fileIds":${'['.repeat(500_000)}${']'.repeat(500_000)}}`],
  ])('refuses a body of too many %s without parsing it', async (_, body) => {
    for (const path of ['/v1/download/initiate', '/v1/download/jobs', '/v1/download/check']) {
      expect(await problemOf(post(body, path))).toMatchObject({
        status: 413,
        code: 'BODY_TOO_LARGE',
        detail: 'The body has more than 51,000 fields and items. Name at most 10,000 files and 16 labels.',
      });
    }
  });

  it.each([
    ['initiate', 'files', 'fileId'],
    ['jobs', 'files', 'file_id'],
    ['initiate', 'fileIds', undefined],
    ['jobs', 'file_ids', undefined],
  ])('lists a hundred faults of %s %s', async (route, field, part) => {
    const items = Array.from({ length: 9_000 }, () => (part ? { [part]: 1 } : 1));
    const problem = await problemOf(post(JSON.stringify({ [field]: items }), `/v1/download/${route}`));
    expect(problem).toMatchObject({ status: 400, detail: expect.stringMatching(/^At least 100 fields/) });
    expect(problem.errors.map(({ path }) => path)).toEqual(
      Array.from({ length: 100 }, (_, i) => [field, i, part].filter((name) => name !== undefined).join('.')),
    );
  });

  it('counts no characters of names as fields', async () => {
    const files = many(500, (i) => `{"fileId":${70_000 + i},"name":"${i}${'{[:,'.repeat(200)}\\"\\\\"}`);
    expect((await post(`{"files":[${files.join()}]}`)).status).toBe(202);
  });

  it.each([
    '{"fileIds":[70000],"labels":{"__proto__":"x"}}',
    '{"fileIds":[70000],"labels":{"\\u005f_pro\\u0074o_\\u005F" : "x"}}',
    '{"fileIds":[70000],"__proto__":{}}',
    '{"files":[{"fileId":70000,"__proto__":{}}]}',
  ])('refuses %s', async (body) => {
    expect(await problemOf(post(body))).toMatchObject({
      status: 400,
      code: 'INVALID_JSON',
      detail: 'A field must not be named __proto__. Remove it.',
    });
  });

  it.each(['__proto__', '"__proto__":', '__PROTO__'])('accepts a file named %s', async (name) => {
    expect((await post(JSON.stringify({ files: [{ fileId: 70_000, name }] }))).status).toBe(202);
    expect(started.at(-1)!.files).toEqual([{ fileId: 70_000, name }]);
  });

  it('refuses JSON in UTF-16', async () => {
    const headers = { 'content-type': 'application/json; charset=utf-16le' };
    const body = Buffer.from('{"fileIds":[70000]}', 'utf16le');
    expect(await problemOf(post(body, undefined, headers))).toMatchObject({
      status: 415,
      code: 'UNSUPPORTED_MEDIA_TYPE',
    });
  });
});
