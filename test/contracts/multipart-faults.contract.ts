import { crc32 } from 'node:zlib';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { errorCodeOf } from '../../src/contract/errors.js';
import type { OpenUpload, SentPart } from '../../src/storage/multipart-store.js';
import { probeStore } from '../../src/storage/store-probe.js';
import type { S3Options } from '../../src/storage/s3/s3-client.js';
import type { S3ObjectStore } from '../../src/storage/s3/s3-object-store.js';
import { collect, noise, readAll } from '../support/bodies.js';
import type { Fault, FaultProxy, SeenRequest } from '../support/fault-proxy.js';
import type { S3Server } from '../support/s3-servers.js';
import { waitFor } from '../support/wait-for.js';
import { FaultyS3, isCompletion, isPart } from './faulty-s3.js';

const MIB = 1024 * 1024;

const isRead = ({ method, query }: SeenRequest) => method === 'GET' && !query.has('uploadId');

const errorIn200 = (code: string): Fault => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body: Buffer.from(`<?xml version="1.0"?>\n<Error><Code>${code}</Code><Message>injected</Message></Error>`),
});

/** Tests the multipart port of S3 with failures of the network and the store. */
export function multipartFaultsContract(
  start: () => Promise<S3Server>,
  traits: { completesUnknownUploads: boolean },
): void {
  let faulty: FaultyS3;
  let proxy: FaultProxy;
  let store: S3ObjectStore;

  beforeAll(async () => {
    faulty = await FaultyS3.start(start);
    ({ proxy } = faulty);
    store = open();
  });
  afterEach(() => proxy.reset());
  afterAll(() => faulty?.stop());

  const open = (changes?: Partial<S3Options>) => faulty.open(changes);

  const newKey = () => faulty.newKey();
  const codeOf = (promise: Promise<unknown>) => promise.then(() => 'success', errorCodeOf);
  const send = (upload: OpenUpload, number: number, bytes: Buffer, signal?: AbortSignal) =>
    upload.sendPart(number, [bytes.subarray(0, 99), bytes.subarray(99)], crc32(bytes), signal);

  /** Injects the fault into the first `times` matching requests. */
  function failing(matches: (request: SeenRequest) => boolean, fault: Fault, times = 1): void {
    let left = times;
    proxy.fault = (request) => (matches(request) && left-- > 0 ? fault : undefined);
  }

  async function expectStored(key: string, bytes: Buffer) {
    proxy.reset();
    expect((await readAll(await store.read(key))).equals(bytes)).toBe(true);
    expect(await store.abortUploads(key)).toBe(0);
  }

  async function expectNothingLeft(key: string) {
    proxy.reset();
    expect(await collect(store.list(key))).toEqual([]);
    expect(await store.abortUploads(key)).toBe(0);
  }

  const TEMPORARY: [string, Fault][] = [
    ['SlowDown', { status: 503, code: 'SlowDown' }],
    ['InternalError', { status: 500, code: 'InternalError' }],
    ['a lost answer', 'lose answer'],
    ['500 after it was done', 'spoil answer'],
  ];

  const SPOILED = ['BadDigest', 'IncompleteBody', 'XAmzContentChecksumMismatch', 'XAmzContentSHA256Mismatch'];

  describe('part', () => {
    it.each(TEMPORARY)('is sent again after %s', async (_, fault) => {
      const key = newKey();
      const bytes = noise(6 * MIB);
      const upload = await store.begin(key, { checked: true });
      failing(isPart, fault, 2);
      const part = await send(upload, 1, bytes);
      expect(proxy.requests.filter(isPart)).toHaveLength(3);
      await upload.complete([part], crc32(bytes));
      await expectStored(key, bytes);
    });

    it.each(SPOILED)('is sent again after %s', async (code) => {
      const key = newKey();
      const bytes = noise(6 * MIB);
      const upload = await store.begin(key, { checked: true });
      failing(isPart, { status: 400, code }, 2);
      const part = await send(upload, 1, bytes);
      await upload.complete([part], crc32(bytes));
      await expectStored(key, bytes);
    });

    it('is sent again when its bytes were spoiled', async () => {
      const key = newKey();
      const bytes = noise(6 * MIB);
      const upload = await store.begin(key, { checked: true });
      failing(isPart, 'spoil body', 2);
      const part = await send(upload, 1, bytes);
      expect(proxy.requests.filter(isPart)).toHaveLength(3);
      await upload.complete([part], crc32(bytes));
      await expectStored(key, bytes);
    });

    it('needs no other upload while its bytes are spoiled', async () => {
      const key = newKey();
      const upload = await store.begin(key, { checked: true });
      failing(isPart, 'spoil body', Infinity);
      expect(await codeOf(send(upload, 1, noise(MIB)))).toBe('STORAGE_UNAVAILABLE');
      expect(proxy.requests.filter(isPart)).toHaveLength(5);
      proxy.reset();
      expect(await send(upload, 1, noise(MIB))).toMatchObject({ number: 1 });
      await upload.abort();
    });

    it('fails when the store stays busy', async () => {
      const key = newKey();
      const upload = await store.begin(key, { checked: true });
      failing(isPart, { status: 503, code: 'SlowDown' }, Infinity);
      expect(await codeOf(send(upload, 1, noise(MIB)))).toBe('STORAGE_UNAVAILABLE');
      expect(proxy.requests.filter(isPart)).toHaveLength(5);
      proxy.reset();
      await upload.abort();
      await expectNothingLeft(key);
    });

    it('frees its buffers once it settles', async () => {
      const key = newKey();
      const upload = await store.begin(key, { checked: true });
      const bytes = noise(8 * MIB);
      const copy = Buffer.from(bytes);
      // Refused before the body is read: what follows on the wire must not be taken for this part.
      failing(isPart, { status: 503, code: 'SlowDown' });
      const part = await send(upload, 1, bytes);
      bytes.fill(0);
      await upload.complete([part], crc32(copy));
      await expectStored(key, copy);
    });

    it('has a grace after an abort, then ends', async () => {
      const key = newKey();
      const upload = await store.begin(key, { checked: true });
      const given = new AbortController();
      const reason = new Error('aborted by the test');
      failing(isPart, 'hang', Infinity);
      const sent = send(upload, 1, noise(MIB), given.signal).catch((error: unknown) => error);
      await waitFor('the part to be sent', () => proxy.requests.some(isPart));
      given.abort(reason);
      expect(await sent).toBe(reason);
      await upload.abort();
      await expectNothingLeft(key);
    });

    it('counts when it arrives within the grace', async () => {
      const key = newKey();
      const upload = await store.begin(key, { checked: true });
      const given = new AbortController();
      proxy.fault = (request) => {
        if (isPart(request)) given.abort(new Error('too late'));
        return undefined;
      };
      expect(await send(upload, 1, noise(MIB), given.signal)).toMatchObject({ number: 1 });
      await upload.abort();
      await expectNothingLeft(key);
    });

    it('leaves nothing when it arrives after the abort', async () => {
      const key = newKey();
      const impatient = open({ limits: { answerMs: 1_000 } });
      const upload = await impatient.begin(key, { checked: true });
      let release!: () => void;
      const until = new Promise<void>((resolve) => (release = resolve));
      failing(isPart, { until }, Infinity);
      expect(await codeOf(send(upload, 1, noise(MIB)))).toBe('STORAGE_UNAVAILABLE');
      const held = proxy.requests.filter(isPart).length;
      const patient = store.openUpload(upload.ref);
      await patient.abort();
      release();
      expect(held).toBeGreaterThan(0);
      expect(await codeOf(send(patient, 2, noise(MIB)))).toBe('ARCHIVE_INCOMPLETE');
      await expectNothingLeft(key);
    });
  });

  describe('withdrawal', () => {
    it('is repeated while the store knows the upload', async () => {
      const key = newKey();
      const upload = await store.begin(key, { checked: true });
      await send(upload, 1, noise(100));
      const known = Buffer.from('<?xml version="1.0"?>\n<ListPartsResult></ListPartsResult>');
      const isQuestion = ({ method, query }: SeenRequest) => method === 'GET' && query.has('uploadId');
      failing(isQuestion, { status: 200, headers: { 'content-type': 'application/xml' }, body: known });
      await upload.abort();
      expect(proxy.requests.filter(({ method }) => method === 'DELETE')).toHaveLength(2);
      await expectNothingLeft(key);
    });
  });

  describe('completion', () => {
    it.each([
      ...TEMPORARY,
      ['an error inside 200', errorIn200('InternalError')],
      ['SlowDown inside 200', errorIn200('SlowDown')],
    ] as [string, Fault][])('is repeated after %s', async (_, fault) => {
      const key = newKey();
      const pieces = [noise(5 * MIB), noise(100)];
      const bytes = Buffer.concat(pieces);
      const upload = await store.begin(key, { checked: true });
      const parts: SentPart[] = [];
      for (const [index, piece] of pieces.entries()) parts.push(await send(upload, 10 * index + 1, piece));
      failing(isCompletion, fault);
      const { etag } = await upload.complete(parts, crc32(bytes));
      expect((await store.head(key)).etag).toBe(etag);
      await expectStored(key, bytes);
    });

    it.each(['InvalidPart', 'EntityTooSmall', 'BadDigest'])('with %s needs another upload', async (code) => {
      const key = newKey();
      const upload = await store.begin(key, { checked: true });
      const part = await send(upload, 1, noise(100));
      failing(isCompletion, errorIn200(code), Infinity);
      expect(await codeOf(upload.complete([part], null))).toBe('ARCHIVE_INCOMPLETE');
      proxy.reset();
      await upload.abort();
      await expectNothingLeft(key);
    });

    it('never passes for an object of another size', async () => {
      if (traits.completesUnknownUploads) return;
      const key = newKey();
      const upload = await store.begin(key, { checked: true });
      const part = await send(upload, 1, noise(100));
      await upload.abort();
      await store.write(key, noise(99));
      expect(await codeOf(upload.complete([part], null))).toBe('ARCHIVE_INCOMPLETE');
    });
  });

  describe('copy', () => {
    it.each([...TEMPORARY, ['an error inside 200', errorIn200('InternalError')]] as [string, Fault][])(
      'is repeated after %s',
      async (_, fault) => {
        const [from, key] = [newKey(), newKey()];
        const bytes = noise(6 * MIB);
        const { etag } = await store.write(from, bytes);
        const upload = await store.begin(key, { checked: false });
        failing(isPart, fault);
        const part = await upload.copyPart(1, { key: from, etag }, { start: 10, end: 6 * MIB });
        await upload.complete([part], null);
        await expectStored(key, bytes.subarray(10));
      },
    );
  });

  describe('probe', () => {
    const page = (status: number): Fault => ({
      status,
      headers: { 'content-type': 'text/html' },
      body: Buffer.from('<html><head><title>Refused</title></head><body>by a proxy</body></html>'),
    });

    it.each([
      ['a part', 413, isPart],
      ['the beginning', 405, ({ query }: SeenRequest) => query.has('uploads')],
      ['a completion', 400, isCompletion],
    ] as const)('has no result when a proxy refuses %s', async (_, status, matches) => {
      const prefix = newKey();
      failing(matches, page(status), Infinity);
      expect(await codeOf(probeStore(store, prefix))).toBe('STORAGE_UNAVAILABLE');
      await expectNothingLeft(prefix);
    });
  });

  describe('readInto', () => {
    let key: string;
    let etag: string;
    const bytes = noise(4 * MIB);
    beforeAll(async () => {
      key = newKey();
      ({ etag } = await store.write(key, bytes));
    });

    const read = async (from = store, signal?: AbortSignal) => {
      const into = Buffer.alloc(3 * MIB);
      await from.readInto(key, { etag, start: MIB, end: 4 * MIB }, into, signal);
      return into;
    };
    const partial = (headers: Record<string, string>, body: Buffer): Fault => ({
      status: 206,
      headers: { etag, 'content-range': `bytes ${MIB}-${4 * MIB - 1}/${4 * MIB}`, ...headers },
      body,
    });
    const chunked = { 'transfer-encoding': 'chunked' };

    it.each<[string, () => Fault]>([
      ['SlowDown', () => ({ status: 503, code: 'SlowDown' })],
      ['500', () => ({ status: 500, code: 'InternalError' })],
      ['a lost answer', () => 'lose answer'],
      ['a torn body', () => ({ bytes: 100_000, ending: 'cut' })],
      ['a short body', () => partial({ 'content-length': '1000' }, noise(1_000))],
      ['a short body of unknown length', () => partial(chunked, noise(1_000))],
      ['a long body of unknown length', () => partial(chunked, noise(3 * MIB + 1))],
    ])('repeats the read after %s', async (_, fault) => {
      failing(isRead, fault(), 2);
      expect((await read()).equals(bytes.subarray(MIB))).toBe(true);
      expect(proxy.requests.filter(isRead)).toHaveLength(3);
    });

    it('fails when all bodies are short', async () => {
      failing(isRead, partial(chunked, noise(1_000)), Infinity);
      expect(await codeOf(read())).toBe('STORAGE_UNAVAILABLE');
    });

    it('repeats the read when the body stalls', async () => {
      const impatient = open({ limits: { stallMs: 2_000 } });
      failing(isRead, { bytes: 100_000, ending: 'silence' });
      expect((await read(impatient)).equals(bytes.subarray(MIB))).toBe(true);
    });

    it('repeats the read when no answer comes', async () => {
      const impatient = open({ limits: { answerMs: 2_000 } });
      failing(isRead, 'hang');
      expect((await read(impatient)).equals(bytes.subarray(MIB))).toBe(true);
    });

    it('refuses other bytes than requested', async () => {
      failing(isRead, { status: 200, headers: { etag }, body: noise(3 * MIB) });
      expect(await codeOf(read())).toBe('STORAGE_UNAVAILABLE');
      failing(isRead, partial({ etag: '"another"' }, noise(3 * MIB)));
      expect(await codeOf(read())).toBe('FILE_CHANGED');
      failing(isRead, partial({ 'content-range': 'bytes 0-9/10' }, noise(3 * MIB)));
      expect(await codeOf(read())).toBe('STORAGE_UNAVAILABLE');
    });

    it('stops writing to the buffer when it aborts', async () => {
      const given = new AbortController();
      const reason = new Error('aborted by the test');
      failing(isRead, { bytes: 1_000_000, ending: 'silence' });
      const into = Buffer.alloc(3 * MIB);
      const range = { etag, start: MIB, end: 4 * MIB };
      const reading = store.readInto(key, range, into, given.signal).catch((error: unknown) => error);
      await waitFor('the first bytes', () => into.some((byte) => byte !== 0));
      given.abort(reason);
      expect(await reading).toBe(reason);
      into.fill(0);
      await read();
      expect(into.every((byte) => byte === 0)).toBe(true);
    });
  });
}
