import type { ServerResponse } from 'node:http';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorCodeOf, type LonghaulError } from '../../../../src/contract/errors.js';
import { FileError } from '../../../../src/contract/file-error.js';
import { S3ObjectStore } from '../../../../src/storage/s3/s3-object-store.js';
import { readAll } from '../../../support/bodies.js';
import { type ReceivedRequest, Receiver } from '../../../support/receiver.js';

const KEY = 'photos/a.jpg';
const RANGE = { start: 0, end: 4, etag: '' };

/** What a store says when it denies, archives or fails. `code` is in the body, which HEAD does not have. */
interface Refusal {
  status: number;
  code?: string;
}

describe('S3ObjectStore', () => {
  const bytes = Buffer.from('stored bytes');
  let server: Receiver;
  let store: S3ObjectStore;
  beforeEach(async () => {
    server = await Receiver.start();
    store = new S3ObjectStore({
      endpoint: server.url,
      region: 'us-east-1',
      bucket: 'b',
      forcePathStyle: true,
      credentials: { accessKeyId: 'a', secretAccessKey: 's' },
    });
  });
  afterEach(async () => {
    store.close();
    await server.stop();
  });

  const methods = () => server.requests.map(({ method }) => method);
  const refuse = (response: ServerResponse, { status, code = 'AccessDenied' }: Refusal) =>
    response.writeHead(status).end(`<Error><Code>${code}</Code><Message>no</Message></Error>`);
  const failureOf = (promise: Promise<unknown>) =>
    promise.then(
      () => new Error('It succeeded'),
      (error: unknown) => error as LonghaulError,
    );

  /** Sends the object, or the requested range of it. */
  function send({ headers, method }: ReceivedRequest, response: ServerResponse, object = bytes): void {
    const range = /^bytes=(\d+)-(\d*)$/.exec(headers.range ?? '');
    const start = Number(range?.[1] ?? 0);
    if (range && start >= object.length) return void refuse(response, { status: 416, code: 'InvalidRange' });
    const part = object.subarray(start, Number(range?.[2] || object.length - 1) + 1);
    if (range)
      response.setHeader('content-range', `bytes ${start}-${start + part.length - 1}/${object.length}`);
    response.setHeader('etag', '"1"').setHeader('content-length', part.length);
    response.writeHead(range ? 206 : 200).end(method === 'HEAD' ? undefined : part);
  }

  /** Answers HEAD with `head`, and GET with `get` or the object. */
  function answer(head: Refusal | Record<string, string>, get?: Refusal, object = bytes): void {
    server.answer = (request, response) => {
      const isHead = request.method === 'HEAD';
      if (!request.path.includes(KEY)) return void refuse(response, { status: 403 });
      if (isHead && 'status' in head) return void refuse(response, head as Refusal);
      if (!isHead && get) return void refuse(response, get);
      if (isHead) for (const [name, value] of Object.entries(head)) response.setHeader(name, value);
      send(request, response, object);
    };
  }

  it('adds at most a tenth of its load by retries', async () => {
    server.answer = (_, response) => refuse(response, { status: 500, code: 'InternalError' });
    const keys = Array.from({ length: 1_000 }, (_, index) => `photos/${index}`);
    const failures = await Promise.all(
      keys.map((key) => failureOf(store.readInto(key, RANGE, Buffer.alloc(4)))),
    );
    expect(new Set(failures.map(errorCodeOf))).toEqual(new Set(['STORAGE_UNAVAILABLE']));
    // Besides what a quiet store has saved, and two retries a second.
    expect(server.requests.length).toBeLessThan(1_100 + 512 + 120);
    expect(server.requests.length).toBeGreaterThan(1_100);
  });

  it('lets throttled requests wait for a retry', async () => {
    const attempts = new Map<string, number>();
    server.answer = (request, response) => {
      const attempt = (attempts.get(request.path) ?? 0) + 1;
      attempts.set(request.path, attempt);
      if (attempt <= 2) refuse(response, { status: 503, code: 'SlowDown' });
      else send(request, response);
    };
    const keys = Array.from({ length: 140 }, (_, index) => `photos/${index}`);
    await Promise.all(keys.map((key) => store.readInto(key, RANGE, Buffer.alloc(4))));
    expect(server.requests).toHaveLength(420);
  });

  describe('head', () => {
    it.each([400, 403, 405, 500, 501])('lets GET decide when HEAD is refused with %i', async (status) => {
      answer({ status });
      expect(await store.head(KEY)).toMatchObject({ key: KEY, size: bytes.length, etag: '"1"' });
      expect(server.requests.at(-1)?.headers.range).toBe('bytes=0-0');
    });

    it('finds an empty object although HEAD is refused', async () => {
      answer({ status: 403 }, undefined, Buffer.alloc(0));
      expect(await store.head(KEY)).toMatchObject({ size: 0 });
    });

    it('asks once for a readable object', async () => {
      answer({});
      expect(await store.head(KEY)).toMatchObject({ size: bytes.length });
      expect(methods()).toEqual(['HEAD']);
    });

    it.each([
      ['without rights', { status: 403 }, { status: 403 }, 'FILE_FORBIDDEN'],
      ['with a key of its own', { status: 400 }, { status: 400, code: 'InvalidRequest' }, 'FILE_UNREADABLE'],
      ['with a lost key', { status: 400 }, { status: 400, code: 'KMS.DisabledException' }, 'FILE_FORBIDDEN'],
      ['for legal reasons', { status: 451 }, { status: 451 }, 'FILE_FORBIDDEN'],
      ['that GET does not find', { status: 403 }, { status: 404, code: 'NoSuchKey' }, 'FILE_NOT_FOUND'],
      ['that is archived', { status: 403 }, { status: 403, code: 'InvalidObjectState' }, 'FILE_ARCHIVED'],
    ] as const)('reports an object %s at once', async (_, head, get, code) => {
      answer(head, get);
      const error = await failureOf(store.head(KEY));
      expect(error).toMatchObject({ code, message: expect.stringMatching(/^The file /) });
      expect((error.cause as Error).message).toContain(KEY);
      expect(methods().slice(0, 2)).toEqual(['HEAD', 'GET']);
    });

    it('reports an absent object of a bucket it may not list', async () => {
      answer({ status: 404 }, { status: 404, code: 'NoSuchKey' });
      expect(errorCodeOf(await failureOf(store.head(KEY)))).toBe('FILE_NOT_FOUND');
      expect(methods()).toEqual(['HEAD', 'GET']);
    });

    it.each([
      ['expired credentials', { status: 400 }, { status: 400, code: 'ExpiredToken' }],
      ['another region', { status: 400 }, { status: 400, code: 'AuthorizationHeaderMalformed' }],
      ['a wrong secret', { status: 403 }, { status: 403, code: 'SignatureDoesNotMatch' }],
      ['missing credentials', { status: 401 }, { status: 401 }],
      ['throttling', { status: 400 }, { status: 400, code: 'ThrottlingException' }],
      ['too many requests', { status: 429 }, { status: 429, code: 'TooManyRequests' }],
      ['an overload', { status: 503 }, { status: 503, code: 'SlowDown' }],
      ['a moved bucket', { status: 301 }, { status: 301, code: 'PermanentRedirect' }],
      ['a proxy without the store', { status: 502 }, { status: 502 }],
    ])('blames the store for %s', async (_, head, get) => {
      answer(head, get);
      const error = await failureOf(store.head(KEY));
      expect(errorCodeOf(error)).toBe('STORAGE_UNAVAILABLE');
      expect(error).not.toBeInstanceOf(FileError);
    });

    it.each([500, 501])('suspects the file when only it gets %i', async (status) => {
      answer({ status }, { status, code: 'InternalError' });
      expect(await failureOf(store.head(KEY))).toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        suspectsFile: true,
      });
    });

    const ARCHIVED = { status: 403, code: 'InvalidObjectState' };
    it.each([
      { 'x-amz-storage-class': 'GLACIER' },
      { 'x-amz-storage-class': 'DEEP_ARCHIVE' },
      { 'x-amz-storage-class': 'GLACIER', 'x-amz-restore': 'ongoing-request="true"' },
      { 'x-amz-storage-class': 'INTELLIGENT_TIERING', 'x-amz-archive-status': 'DEEP_ARCHIVE_ACCESS' },
    ])('finds out that an object is archived: %j', async (headers) => {
      answer(headers, ARCHIVED);
      expect(await failureOf(store.head(KEY))).toMatchObject({
        code: 'FILE_ARCHIVED',
        message: 'The file is archived. Restore it, then start the download again.',
      });
    });

    it.each([
      { 'x-amz-storage-class': 'GLACIER_IR' },
      { 'x-amz-storage-class': 'INTELLIGENT_TIERING' },
      { 'x-amz-storage-class': 'GLACIER', 'x-amz-restore': 'ongoing-request="false", expiry-date="soon"' },
    ])('finds a readable object of an archive class: %j', async (headers) => {
      answer(headers, ARCHIVED);
      expect(await store.head(KEY)).toMatchObject({ size: bytes.length });
    });

    it('believes a store that reads its archives at once', async () => {
      answer({ 'x-amz-storage-class': 'GLACIER' });
      expect(await store.head(KEY)).toMatchObject({ size: bytes.length });
    });

    it('asks GET for a length that HEAD lacks', async () => {
      server.answer = (request, response) => {
        if (request.method === 'HEAD') response.writeHead(200, { 'transfer-encoding': 'chunked' }).end();
        else send(request, response);
      };
      expect(await store.head(KEY)).toMatchObject({ size: bytes.length });
    });
  });

  describe('read', () => {
    it.each([
      [{ status: 403, code: 'InvalidObjectState' }, 'FILE_ARCHIVED'],
      [{ status: 400, code: 'InvalidRequest' }, 'FILE_UNREADABLE'],
      [{ status: 500, code: 'InternalError' }, 'STORAGE_UNAVAILABLE'],
    ])('maps %j to %s', async (refusal, code) => {
      answer({}, refusal);
      expect(errorCodeOf(await failureOf(store.read(KEY)))).toBe(code);
    });

    it('suspects the file when its body breaks off', async () => {
      server.answer = (_, response) => {
        response.writeHead(200, { 'content-length': 100 }).write('half', () => response.destroy());
      };
      expect(await failureOf(readAll(await store.read(KEY)))).toMatchObject({
        code: 'STORAGE_UNAVAILABLE',
        suspectsFile: true,
      });
    });

    it('rejects another range than the requested one', async () => {
      server.answer = (_, response) =>
        response.writeHead(206, { 'content-range': `bytes 0-11/12` }).end(bytes);
      expect(errorCodeOf(await failureOf(store.read(KEY, { start: 5 })))).toBe('STORAGE_UNAVAILABLE');
    });

    it('sends no empty condition for an object without ETag', async () => {
      answer({});
      expect(await readAll(await store.read(KEY, { ifMatch: '' }))).toEqual(bytes);
      expect(server.requests[0]?.headers).not.toHaveProperty('if-match');
    });
  });

  it('gets stored bytes from a store that unpacks gzip', async () => {
    const packed = gzipSync('x'.repeat(600));
    server.answer = (request, response) => {
      const asStored = request.headers['accept-encoding'] === 'identity';
      if (asStored) response.setHeader('content-encoding', 'gzip');
      send(request, response, request.method === 'HEAD' || asStored ? packed : gunzipSync(packed));
    };
    const { size, etag } = await store.head(KEY);
    expect(size).toBe(packed.length);
    expect(await readAll(await store.read(KEY, { ifMatch: etag }))).toEqual(packed);
    // Proxies may change the header, so it must not be signed.
    for (const { headers } of server.requests) {
      expect(headers.authorization).not.toContain('accept-encoding');
    }
  });

  describe('check', () => {
    const MARKER = '/b/archives/.longhaul';

    it.each(['is there', 'is absent'])('needs only to read a marker that %s', async (state) => {
      server.answer = (request, response) => {
        if (request.path.split('?')[0] !== MARKER) refuse(response, { status: 403 });
        else if (state === 'is there') send(request, response);
        else refuse(response, { status: 404, code: 'NoSuchKey' });
      };
      await expect(store.check()).resolves.toBeUndefined();
    });

    it('asks for a list where an absent marker is denied', async () => {
      server.answer = ({ path }, response) =>
        path.includes('prefix=archives')
          ? response.end('<ListBucketResult></ListBucketResult>')
          : refuse(response, { status: 403 });
      await expect(store.check()).resolves.toBeUndefined();
    });

    it.each([
      [{ status: 403 }, 'S3_ACCESS_KEY_ID'],
      [{ status: 404, code: 'NoSuchBucket' }, 'S3_BUCKET_NAME'],
      [{ status: 404, code: 'NotFound' }, 'S3_BUCKET_NAME'],
      [{ status: 400, code: 'AuthorizationHeaderMalformed' }, 'S3_REGION'],
    ])('says what to correct after %j', async (refusal, setting) => {
      server.answer = (_, response) => refuse(response, refusal);
      const error = await failureOf(store.check());
      expect(error).toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
      expect((error.cause as Error).message).toContain(setting);
    });
  });

  it.each(['dd//x.txt', '/lead.txt', 'a/../b', 'folder/', 'back\\slash', 'x\u0001'])(
    'sends the key %j as it is',
    async (key) => {
      server.answer = (request, response) => send(request, response);
      await store.head(key);
      await readAll(await store.read(key));
      for (const { path } of server.requests) {
        expect(decodeURIComponent(path.split('?')[0]!)).toBe(`/b/${key}`);
      }
    },
  );
});
