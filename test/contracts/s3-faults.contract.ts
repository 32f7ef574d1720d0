import { setTimeout as delay } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { errorCodeOf, LonghaulError } from '../../src/contract/errors.js';
import { RetryBudget } from '../../src/storage/s3/store-retries.js';
import { createS3Client, type S3Options } from '../../src/storage/s3/s3-client.js';
import type { S3ObjectStore } from '../../src/storage/s3/s3-object-store.js';
import { collect, HangingBody, noise, readAll, streamOf } from '../support/bodies.js';
import type { FaultProxy, SeenRequest } from '../support/fault-proxy.js';
import type { S3Server } from '../support/s3-servers.js';
import { waitFor } from '../support/wait-for.js';
import { FaultyS3, isCompletion, isPart } from './faulty-s3.js';

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;

const isWithdrawal = ({ method, query }: SeenRequest) => method === 'DELETE' && query.has('uploadId');

/** Tests `S3ObjectStore` with failures of the network and the store. */
export function s3FaultsContract(
  start: () => Promise<S3Server>,
  traits: { reportsChecksumType: boolean },
): void {
  let faulty: FaultyS3;
  let server: S3Server;
  let proxy: FaultProxy;
  let options: S3Options;
  let store: S3ObjectStore;

  beforeAll(async () => {
    faulty = await FaultyS3.start(start);
    ({ proxy, options, server } = faulty);
    store = open();
  });
  afterEach(() => proxy.reset());
  afterAll(() => faulty?.stop());

  const newKey = () => faulty.newKey();
  const open = (changes?: Partial<S3Options>) => faulty.open(changes);

  async function failureOf(promise: Promise<unknown>): Promise<LonghaulError> {
    const error = await promise.then(
      () => new Error('It succeeded'),
      (reason: unknown) => reason,
    );
    if (!(error instanceof LonghaulError)) throw error;
    return error;
  }

  async function codeOf(promise: Promise<unknown>) {
    return errorCodeOf(await failureOf(promise));
  }

  async function expectNothingLeft(key: string) {
    proxy.reset();
    expect(await collect(store.list(key))).toEqual([]);
    expect(await store.abortUploads(key)).toBe(0);
  }

  describe('body', () => {
    const bytes = noise(4 * MIB);
    let key: string;

    beforeAll(async () => {
      key = newKey();
      await store.write(key, bytes);
    });

    it('fails when it stalls', async () => {
      const impatient = open({ limits: { stallMs: 300 } });
      proxy.fault = () => ({ bytes: 100_000, ending: 'silence' });
      expect(await codeOf(readAll(await impatient.read(key)))).toBe('STORAGE_UNAVAILABLE');
    });

    it('does not stall while its reader is slow', async () => {
      const impatient = open({ limits: { stallMs: 1_000 } });
      const stream = await impatient.read(key);
      const chunks: Buffer[] = [];
      for await (const chunk of stream as AsyncIterable<Buffer>) {
        // Pause once for longer than any timeout.
        if (chunks.push(chunk) === 1) await delay(2_500);
      }
      expect(Buffer.concat(chunks).equals(bytes)).toBe(true);
    });

    it('fails when the connection breaks', async () => {
      proxy.fault = () => ({ bytes: 1_000_000, ending: 'cut' });
      expect(await codeOf(readAll(await store.read(key)))).toBe('STORAGE_UNAVAILABLE');
    });

    it('is rejected when Range or If-Match was ignored', async () => {
      proxy.fault = () => ({ status: 200, headers: { etag: '"another"' }, body: noise(10) });
      expect(await codeOf(store.read(key, { start: 5 }))).toBe('STORAGE_UNAVAILABLE');
      expect(await codeOf(store.read(key, { ifMatch: '"this"' }))).toBe('FILE_CHANGED');
    });
  });

  describe('response', () => {
    it.each([
      [404, 'NoSuchKey', 'FILE_NOT_FOUND'],
      [404, 'NoSuchBucket', 'STORAGE_UNAVAILABLE'],
      [403, 'AccessDenied', 'FILE_FORBIDDEN'],
      [403, 'InvalidAccessKeyId', 'STORAGE_UNAVAILABLE'],
      [403, 'RequestTimeTooSkewed', 'STORAGE_UNAVAILABLE'],
      [412, 'PreconditionFailed', 'FILE_CHANGED'],
      [416, 'InvalidRange', 'RANGE_NOT_SATISFIABLE'],
      [403, 'InvalidObjectState', 'FILE_ARCHIVED'],
      [400, 'InvalidRequest', 'FILE_UNREADABLE'],
      [400, 'ExpiredToken', 'STORAGE_UNAVAILABLE'],
      [500, 'InternalError', 'STORAGE_UNAVAILABLE'],
      [503, 'SlowDown', 'STORAGE_UNAVAILABLE'],
    ] as const)('%d %s to a read means %s', async (status, code, expected) => {
      proxy.fault = () => ({ status, code });
      const error = await failureOf(store.read(newKey()));
      expect(error.code).toBe(expected);
      expect(error.message).not.toContain(code);
      expect(error.cause).toMatchObject({ name: 'S3RequestFailed', code, status });
      expect((error.cause as Error).message).toContain(server.bucket);
    });

    it('403 for wrong credentials means STORAGE_UNAVAILABLE', async () => {
      const key = newKey();
      await store.write(key, noise(1));
      const secretAccessKey = 'wrong'.repeat(8);
      const wrong = open({ credentials: { ...options.credentials!, secretAccessKey } });
      for (const each of [key, newKey()]) {
        expect(await codeOf(wrong.head(each))).toBe('STORAGE_UNAVAILABLE');
        expect(await codeOf(wrong.read(each))).toBe('STORAGE_UNAVAILABLE');
      }
    });

    it('403 to one object means FILE_FORBIDDEN', async () => {
      const key = newKey();
      await store.write(key, noise(1));
      proxy.fault = () => ({ status: 403, code: 'AccessDenied' });
      expect(await codeOf(store.head(key))).toBe('FILE_FORBIDDEN');
    });

    it('lets GET decide when HEAD is refused', async () => {
      const key = newKey();
      await store.write(key, noise(1_000));
      const { size, etag, metadata } = await store.head(key);
      for (const status of [400, 403, 405, 501]) {
        proxy.fault = ({ method }) => (method === 'HEAD' ? { status, code: 'Refused' } : undefined);
        expect(await store.head(key)).toMatchObject({ size, etag, metadata });
      }
    });

    it('403 to a write means STORAGE_UNAVAILABLE', async () => {
      proxy.fault = () => ({ status: 403, code: 'AccessDenied' });
      expect(await codeOf(store.write(newKey(), noise(1)))).toBe('STORAGE_UNAVAILABLE');
      expect(await codeOf(store.delete([newKey()]))).toBe('STORAGE_UNAVAILABLE');
    });

    it('times out while the store hangs, until it recovers', async () => {
      const impatient = open({ endpoint: server.endpoint, limits: { answerMs: 1_000 } });
      const key = newKey();
      await store.write(key, Buffer.from('before'));
      await server.pause();
      try {
        expect(await codeOf(impatient.head(key))).toBe('STORAGE_UNAVAILABLE');
        expect(await codeOf(impatient.check())).toBe('STORAGE_UNAVAILABLE');
      } finally {
        server.resume();
      }
      await waitFor('the store to recover', async () => (await impatient.head(key)).size === 6);
    });
  });

  describe('upload', () => {
    it('reuses a few connections for many parts', async () => {
      const size = 120 * MIB;
      await store.write(newKey(), streamOf(noise(size), MIB), { expectedSize: size });
      expect(proxy.requests.filter(isPart)).toHaveLength(15);
      // Five parts at once; a connection is free again one turn of the event loop after its answer.
      expect(proxy.connections).toBeLessThanOrEqual(12);
    });

    it('retries a part after a temporary error', async () => {
      const key = newKey();
      let refused = 0;
      proxy.fault = (request) =>
        isPart(request) && refused++ < 2 ? { status: 503, code: 'SlowDown' } : undefined;
      const bytes = noise(20 * MIB);
      await store.write(key, streamOf(bytes));
      expect((await readAll(await store.read(key))).equals(bytes)).toBe(true);
    });

    it('leaves nothing when a part is rejected permanently', async () => {
      const key = newKey();
      proxy.fault = (request) =>
        request.query.get('partNumber') === '2' ? { status: 500, code: 'InternalError' } : undefined;
      const body = new HangingBody(noise(30 * MIB));
      expect(await codeOf(store.write(key, body.stream))).toBe('STORAGE_UNAVAILABLE');
      expect(body.stream.destroyed).toBe(true);
      await expectNothingLeft(key);
    });

    it('leaves nothing when aborted while a part hangs', async () => {
      const key = newKey();
      proxy.fault = (request) => (request.query.get('partNumber') === '1' ? 'hang' : undefined);
      const controller = new AbortController();
      const reason = new Error('aborted by the test');
      const written = store.write(key, streamOf(noise(30 * MIB)), { signal: controller.signal });
      const failed = written.catch((error: unknown) => error);
      await waitFor('all parts to be sent', () => proxy.requests.filter(isPart).length === 4);
      controller.abort(reason);
      expect(await failed).toBe(reason);
      await expectNothingLeft(key);
    });

    it('leaves nothing when its completion is rejected', async () => {
      const key = newKey();
      proxy.fault = (request) => (isCompletion(request) ? { status: 400, code: 'InvalidPart' } : undefined);
      expect(await codeOf(store.write(key, streamOf(noise(9 * MIB))))).toBe('STORAGE_UNAVAILABLE');
      await expectNothingLeft(key);
    });

    it('is withdrawn although the store rejects that at first', async () => {
      const key = newKey();
      let refused = 0;
      proxy.fault = (request) => {
        if (isCompletion(request)) return { status: 400, code: 'InvalidPart' };
        // More rejections than the SDK retries by itself.
        if (isWithdrawal(request) && refused++ < 4) return { status: 503, code: 'SlowDown' };
        return undefined;
      };
      expect(await codeOf(store.write(key, streamOf(noise(9 * MIB))))).toBe('STORAGE_UNAVAILABLE');
      expect(refused).toBeGreaterThan(4);
      await expectNothingLeft(key);
    });

    it('is complete although the response was lost', async () => {
      const key = newKey();
      let lost = 0;
      proxy.fault = (request) => (isCompletion(request) && lost++ === 0 ? 'lose answer' : undefined);
      const bytes = noise(9 * MIB);
      const { etag } = await store.write(key, streamOf(bytes));
      expect(lost).toBe(2);
      expect((await store.head(key)).etag).toBe(etag);
      expect((await readAll(await store.read(key))).equals(bytes)).toBe(true);
    });

    it('succeeds when aborted too late, during its completion', async () => {
      const key = newKey();
      const controller = new AbortController();
      proxy.fault = (request) => {
        if (isCompletion(request)) controller.abort(new Error('too late'));
        return undefined;
      };
      const { size } = await store.write(key, streamOf(noise(9 * MIB)), { signal: controller.signal });
      expect((await store.head(key)).size).toBe(size);
    });

    it('fails soon when aborted while its completion hangs', async () => {
      const key = newKey();
      const controller = new AbortController();
      const reason = new Error('aborted by the test');
      proxy.fault = (request) => {
        if (!isCompletion(request)) return undefined;
        controller.abort(reason);
        return 'hang';
      };
      const written = store.write(key, streamOf(noise(9 * MIB)), { signal: controller.signal });
      expect(await written.catch((error: unknown) => error)).toBe(reason);
      await expectNothingLeft(key);
    });
  });

  describe('hanging store', () => {
    const isBeginning = ({ method, query }: SeenRequest) => method === 'POST' && query.has('uploads');

    it.each([
      ['at the start of an upload', isBeginning],
      ['during the parts', isPart],
    ])('releases a write aborted %s before requests time out', async (_, hangsAt) => {
      const key = newKey();
      const controller = new AbortController();
      const reason = new Error('aborted by the test');
      let hangs = false;
      proxy.fault = (request) => {
        hangs ||= hangsAt(request);
        if (!hangs) return undefined;
        controller.abort(reason);
        return 'hang';
      };
      const written = store.write(key, streamOf(noise(30 * MIB)), { signal: controller.signal });
      const timeout = delay(30_000, 'late', { ref: false });
      expect(await Promise.race([written.catch((error: unknown) => error), timeout])).toBe(reason);
      proxy.reset();
      // `abortUploads` removes what could not be withdrawn.
      await store.abortUploads(key);
      await expectNothingLeft(key);
    });

    it('releases every aborted call', async () => {
      proxy.fault = () => 'hang';
      const reason = new Error('aborted by the test');
      const controller = new AbortController();
      const { signal } = controller;
      const calls = [
        store.delete(['any'], signal),
        collect(store.list('any', { signal })),
        store.abortUploads('any', signal),
        collect(store.listUploads('any', signal)),
      ].map((call) => call.catch((error: unknown) => error));
      await waitFor('all requests to hang', () => proxy.requests.length === calls.length);
      controller.abort(reason);
      expect(await Promise.all(calls)).toEqual(calls.map(() => reason));
    });
  });

  describe('bucket', () => {
    it('that is missing appears only in the cause', async () => {
      const wrong = open({ bucket: 'no-such-bucket' });
      for (const call of [wrong.check(), wrong.head('any'), wrong.read('any')]) {
        const error = await failureOf(call);
        expect(error.code).toBe('STORAGE_UNAVAILABLE');
        expect(error.message).not.toContain('no-such-bucket');
        expect((error.cause as Error).message).toContain('no-such-bucket');
      }
      expect(((await failureOf(wrong.check())).cause as Error).message).toContain('Create it');
    });

    it('that rejects the credentials names the settings to correct', async () => {
      const wrong = open({ credentials: { accessKeyId: server.accessKeyId, secretAccessKey: 'wrong' } });
      const error = await failureOf(wrong.check());
      expect(error.code).toBe('STORAGE_UNAVAILABLE');
      expect((error.cause as Error).message).toContain('S3_ACCESS_KEY_ID');
    });
  });

  it.each([HOUR_MS, -HOUR_MS])('goes on after the clock jumps by %i ms and back', async (step) => {
    const keys = Array.from({ length: 8 }, newKey);
    const { now } = Date;
    const jump = jest.spyOn(Date, 'now');
    try {
      for (const aheadMs of [step, 0]) {
        jump.mockImplementation(() => now() + aheadMs);
        // Parts by ourselves, the beginning and the end of each upload by the SDK.
        await Promise.all(keys.map((key) => store.write(key, streamOf(noise(9 * MIB)))));
      }
    } finally {
      jump.mockRestore();
    }
    for (const key of keys) expect(await store.head(key)).toMatchObject({ size: 9 * MIB });
  });

  it('signs links for the public endpoint', async () => {
    const key = newKey();
    await store.write(key, Buffer.from('content'));
    const behind = open({ endpoint: 'http://127.0.0.1:9', publicEndpoint: server.endpoint });
    const link = await behind.signedLink(key, {
      fileName: 'f',
      contentType: 'text/plain',
      expiresInSeconds: 60,
    });
    expect(link.startsWith(server.endpoint)).toBe(true);
    expect(await (await fetch(link)).text()).toBe('content');
  });

  it('returns only checksums of the whole object', async () => {
    const key = newKey();
    const body = noise(1_000);
    const client = createS3Client(options, new RetryBudget());
    const sum = Buffer.alloc(4);
    sum.writeUInt32BE(crc32(body));
    const ChecksumCRC32 = sum.toString('base64');
    await client.send(new PutObjectCommand({ Bucket: server.bucket, Key: key, Body: body, ChecksumCRC32 }));
    client.destroy();
    expect((await store.head(key)).crc32).toBe(traits.reportsChecksumType ? crc32(body) : null);
    const plain = newKey();
    await store.write(plain, streamOf(noise(9 * MIB)));
    expect((await store.head(plain)).crc32).toBeNull();
  });

  it('reads objects after a crash of the store', async () => {
    const key = newKey();
    const bytes = noise(9 * MIB);
    const direct = open({ endpoint: server.endpoint });
    const { etag } = await direct.write(key, streamOf(bytes));
    await server.kill();
    expect(await codeOf(direct.head(key))).toBe('STORAGE_UNAVAILABLE');
    await server.restart();
    expect((await direct.head(key)).etag).toBe(etag);
    expect((await readAll(await direct.read(key, { ifMatch: etag }))).equals(bytes)).toBe(true);
  });
}
