import { once } from 'node:events';
import { mkdtemp, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { type IncomingMessage, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { LocalFile } from '../../../../src/api/routes/objects.js';
import { errorCodeOf, LonghaulError } from '../../../../src/contract/errors.js';
import { noise } from '../../../support/bodies.js';
import { type LinkServer, startLinkServer } from '../../../support/local-links.js';
import { waitFor } from '../../../support/wait-for.js';

const bytes = noise(20_000_000);

describe('objectRoutes', () => {
  let folder: string;
  let server: LinkServer;
  let file: LocalFile;
  let url: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), '.longhaul-objects-'));
    const path = join(folder, 'a b%20ü.zip');
    await writeFile(path, bytes);
    file = {
      path,
      size: bytes.length,
      etag: '"v1"',
      fileName: 'Fotos “2026”.zip',
      contentType: 'application/zip',
    };
    server = await startLinkServer();
    server.serve({
      openLink: async (token) => {
        if (token === 'gone') return { ...file, path: join(folder, 'gone') };
        if (token === 'folder') return { ...file, path: folder };
        if (token !== 'good') throw new LonghaulError('LINK_INVALID', 'no');
        return file;
      },
    });
    url = `${server.url}/v1/objects/good`;
  });
  beforeEach(() => void server.errors.splice(0));
  afterAll(async () => {
    await server.stop();
    await rm(folder, { recursive: true });
  });

  const get = (headers: Record<string, string> = {}, method = 'GET') => fetch(url, { headers, method });
  const bodyOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

  it('sends the file as an uncacheable download', async () => {
    const response = await get();
    expect(response.status).toBe(200);
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'accept-ranges': 'bytes',
      'cache-control': 'private, no-store',
      'content-disposition': `attachment; filename="Fotos ?2026?.zip"; filename*=UTF-8''Fotos%20%E2%80%9C2026%E2%80%9D.zip`,
      'content-length': String(bytes.length),
      'content-type': 'application/zip',
      etag: '"v1"',
      'last-modified': (await stat(file.path)).mtime.toUTCString(),
    });
    expect((await bodyOf(response)).equals(bytes)).toBe(true);
  });

  it('sends the same headers for HEAD', async () => {
    const response = await get({}, 'HEAD');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(String(bytes.length));
    expect(await bodyOf(response)).toHaveLength(0);
  });

  it.each([
    ['bytes=0-0', 0, 1],
    ['bytes=100-199', 100, 200],
    ['bytes=19999990-', 19_999_990, 20_000_000],
    ['bytes=-10', 19_999_990, 20_000_000],
    ['bytes=-99999999', 0, 20_000_000],
    ['bytes= -99999999', 0, 20_000_000],
    ['bytes=0-99999999', 0, 20_000_000],
  ])('sends %s', async (range, from, to) => {
    const response = await get({ range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${bytes.length}`);
    expect((await bodyOf(response)).equals(bytes.subarray(from, to))).toBe(true);
  });

  it('resumes only the same version', async () => {
    const same = await get({ range: 'bytes=10-19', 'if-range': '"v1"' });
    expect(same.status).toBe(206);
    expect(await bodyOf(same)).toHaveLength(10);
    for (const ifRange of ['"v0"', 'W/"v1"', '"v0", "v1"']) {
      const other = await get({ range: 'bytes=10-19', 'if-range': ifRange });
      expect(other.status).toBe(200);
      expect(await bodyOf(other)).toHaveLength(bytes.length);
    }
  });

  async function expectProblem(response: Response, status: number, code: string) {
    expect(response.status).toBe(status);
    expect(await response.json()).toEqual({ code });
    expect(response.headers.get('content-type')).toContain('application/json');
    expect(response.headers.get('content-disposition')).toBeNull();
    expect(response.headers.get('etag')).not.toBe('"v1"');
    expect(server.errors.map(errorCodeOf)).toEqual([code]);
  }

  it('rejects a range beyond the end', async () => {
    const response = await get({ range: 'bytes=20000000-' });
    expect(response.headers.get('content-range')).toBe('bytes */20000000');
    await expectProblem(response, 416, 'RANGE_NOT_SATISFIABLE');
  });

  it('rejects another version', async () => {
    await expectProblem(await get({ 'if-match': '"v0"' }), 412, 'PRECONDITION_FAILED');
    const modifiedSince = { 'if-unmodified-since': new Date(0).toUTCString() };
    server.errors.splice(0);
    await expectProblem(await get(modifiedSince), 412, 'PRECONDITION_FAILED');
  });

  it.each([
    ['bad', 403, 'LINK_INVALID'],
    ['gone', 404, 'FILE_NOT_FOUND'],
    ['folder', 404, 'FILE_NOT_FOUND'],
    ['..%2f..%2fetc%2fpasswd', 403, 'LINK_INVALID'],
  ])('rejects the link %j', async (token, status, code) => {
    await expectProblem(await fetch(`${server.url}/v1/objects/${token}`), status, code);
  });

  it('rejects other methods', async () => {
    const response = await get({}, 'POST');
    expect(response.headers.get('allow')).toBe('GET, HEAD');
    await expectProblem(response, 405, 'METHOD_NOT_ALLOWED');
  });

  it('ignores a disconnect', async () => {
    const client = request(url).end();
    const [answer] = (await once(client, 'response')) as [IncomingMessage];
    await once(answer, 'data');
    answer.destroy();
    const again = await get({ range: 'bytes=0-0' });
    expect(again.status).toBe(206);
    await bodyOf(again);
    expect(server.errors).toEqual([]);
  });

  it('destroys the connection if the file ends early', async () => {
    const client = request(url).end();
    const [answer] = (await once(client, 'response')) as [IncomingMessage];
    answer.pause();
    await truncate(file.path, 10_000_000);
    let received = 0;
    answer.on('data', (chunk: Buffer) => (received += chunk.length));
    const failed = once(answer, 'error').catch((error: unknown) => error);
    answer.resume();
    client.setTimeout(1_000, () => client.destroy());
    await failed;
    expect(received).toBeLessThan(bytes.length);
    await writeFile(file.path, bytes);
    await waitFor('the server to serve', async () => (await bodyOf(await get())).equals(bytes));
  });
});
