import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gzipSync } from 'node:zlib';
import { type ApiServer, startApiServer } from '../../../support/api-server.js';

describe('jsonBody', () => {
  let server: ApiServer;
  beforeAll(async () => {
    server = await startApiServer();
  });
  afterAll(() => server.stop());

  const check = (body: string | Buffer, headers: Record<string, string>) =>
    fetch(`${server.baseUrl}/v1/download/check`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body,
    });
  const gzip = gzipSync('{"fileId":70000}');

  it.each([
    ['invalid gzip', 'gzip', Buffer.from('garbage')],
    ['truncated gzip', 'gzip', gzip.subarray(0, gzip.length - 9)],
    ['invalid deflate', 'deflate', Buffer.from('garbage')],
    ['invalid brotli', 'br', Buffer.from('garbage')],
  ])('rejects %s as INVALID_REQUEST', async (_, encoding, body) => {
    const response = await check(body, { 'content-encoding': encoding });
    expect(await response.json()).toMatchObject({ status: 400, code: 'INVALID_REQUEST' });
  });

  it.each([
    'text/plain;charset=UTF-8',
    'application/json; charset=UTF8',
    'application/json; charset="utf-8"',
    'application/json;charset=utf8;version=1',
    'text/plain',
    'application/octet-stream',
    'application/problem+json',
    'nonsense',
    ';',
  ])('reads JSON sent as %s', async (type) => {
    expect((await check('{"fileId":70000}', { 'content-type': type })).status).toBe(200);
  });

  it('reads JSON without a content type', async () => {
    const body = Buffer.from('{"fileId":70000}');
    const response = await fetch(`${server.baseUrl}/v1/download/check`, { method: 'POST', body });
    expect(response.status).toBe(200);
  });

  it.each(['', ' ', 'fileId=70000', '{', '<xml/>'])('rejects the text %j', async (body) => {
    expect((await check(body, { 'content-type': 'text/plain' })).status).toBe(400);
  });

  it('rejects forms with the way out', async () => {
    const form = new FormData();
    form.set('fileId', '70000');
    for (const body of [form, new URLSearchParams({ fileId: '70000' })]) {
      const response = await fetch(`${server.baseUrl}/v1/download/check`, { method: 'POST', body });
      expect(await response.json()).toMatchObject({
        status: 415,
        detail: 'The body is sent as a form. Send JSON, with the content type application/json.',
      });
    }
  });

  it('accepts valid gzip', async () => {
    expect((await check(gzip, { 'content-encoding': 'gzip' })).status).toBe(200);
  });

  it.each(['null', '"x"', '42', '[]', '[70000]'])('rejects %s, which is not an object', async (body) => {
    const problem = (await (await check(body, {})).json()) as {
      errors: { path: string; message: string }[];
    };
    expect(problem).toMatchObject({ status: 400, code: 'INVALID_REQUEST', errors: [{ path: 'body' }] });
    expect(problem.errors[0]!.message).toContain('object');
  });

  it.each([
    ['content encoding', { 'content-encoding': 'x' }],
    ['charset', { 'content-type': 'application/json; charset=x' }],
    ['encoding', { 'content-type': 'application/json; charset=utf-16' }],
    ['encoding of text', { 'content-type': 'text/plain; charset=iso-8859-1' }],
  ])('rejects an unsupported %s', async (_, headers) => {
    const response = await check('{}', headers);
    expect(await response.json()).toMatchObject({ status: 415, code: 'UNSUPPORTED_MEDIA_TYPE' });
  });
});
