import { setTimeout as delay } from 'node:timers/promises';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { errorCodeOf } from '../../src/contract/errors.js';
import type { LinkOptions, ObjectStore } from '../../src/storage/object-store.js';
import { collect, HangingBody, noise, readAll, streamOf } from '../support/bodies.js';
import { waitFor } from '../support/wait-for.js';

const KIB = 1024;
const MIB = 1024 * KIB;

/** One adapter of the port, on an empty store. */
export interface StoreUnderTest {
  store: ObjectStore;
  /** The same adapter with an address or folder where no store exists. */
  unreachable: ObjectStore;
  /** Strings that no error message may contain: bucket, host, folder. */
  secrets: readonly string[];
  /** True when the store lists folder by folder instead of in key order. */
  listsByFolder?: boolean;
  /** Keys that are no safe paths, if the store takes them. */
  oddKeys?: readonly string[];
  stop(): Promise<void>;
}

/** Tests that every adapter of `ObjectStore` must pass. */
export function objectStoreContract(start: () => Promise<StoreUnderTest>): void {
  let subject: StoreUnderTest;
  let store: ObjectStore;
  let lastPrefix = 0;

  beforeAll(async () => {
    subject = await start();
    store = subject.store;
  });
  afterAll(() => subject?.stop());

  /** Returns a separate prefix for each test. */
  const newPrefix = () => `contract/${lastPrefix++}/`;
  const put = (key: string, text = 'content') => store.write(key, Buffer.from(text));
  const keysOf = async (prefix: string) => (await collect(store.list(prefix))).map(({ key }) => key);

  async function failureOf(promise: Promise<unknown>): Promise<Error> {
    const result = await promise.then(
      () => new Error('It succeeded'),
      (error: unknown) => error as Error,
    );
    for (const secret of subject.secrets) expect(result.message).not.toContain(secret);
    return result;
  }

  async function codeOf(promise: Promise<unknown>) {
    const error = await failureOf(promise);
    return errorCodeOf(error) ?? error;
  }

  async function expectNothingLeft(prefix: string) {
    expect(await keysOf(prefix)).toEqual([]);
    expect(await store.abortUploads(prefix)).toBe(0);
  }

  describe('write and read', () => {
    const sizes = [0, 1, 5 * MIB - 1, 5 * MIB + 1, 8 * MIB, 8 * MIB + 1, 22 * MIB + 5];

    it.each(sizes)('round-trip a stream of %d bytes', async (size) => {
      const prefix = newPrefix();
      const key = `${prefix}object`;
      const bytes = noise(size);

      const written = await store.write(key, streamOf(bytes), { expectedSize: size });

      expect(written.size).toBe(size);
      expect(await store.head(key)).toMatchObject({ key, size, etag: written.etag });
      expect((await readAll(await store.read(key))).equals(bytes)).toBe(true);
      expect(await store.abortUploads(prefix)).toBe(0);
    });

    it('round-trip a buffer of several parts', async () => {
      const key = `${newPrefix()}object`;
      const bytes = noise(18 * MIB);
      expect((await store.write(key, bytes)).size).toBe(bytes.length);
      expect((await readAll(await store.read(key))).equals(bytes)).toBe(true);
    });

    it('round-trip keys that are no paths', async () => {
      for (const key of subject.oddKeys ?? []) {
        await put(key, key);
        expect(await store.head(key)).toMatchObject({ key, size: Buffer.byteLength(key) });
        expect((await readAll(await store.read(key))).toString()).toBe(key);
      }
    });

    it('store a stream of text as UTF-8', async () => {
      const key = `${newPrefix()}object`;
      await store.write(key, Readable.from(['grüß ', '世界']));
      expect((await readAll(await store.read(key))).toString()).toBe('grüß 世界');
    });

    it('store a body larger than expected', async () => {
      const key = `${newPrefix()}object`;
      const bytes = noise(20 * MIB);
      await store.write(key, streamOf(bytes), { expectedSize: 1 });
      expect((await readAll(await store.read(key))).equals(bytes)).toBe(true);
    });

    it('replace an object with its metadata and ETag', async () => {
      const key = `${newPrefix()}object`;
      const first = await store.write(key, Buffer.from('one'), {
        contentType: 'text/plain',
        metadata: { a: '1' },
      });
      const second = await store.write(key, Buffer.from('two'), {
        contentType: 'text/css',
        metadata: { b: '2' },
      });
      expect(second.etag).not.toBe(first.etag);
      expect(await store.head(key)).toMatchObject({ contentType: 'text/css', metadata: { b: '2' } });
      expect((await readAll(await store.read(key))).toString()).toBe('two');
    });

    it('keep the old object until the new is complete', async () => {
      const prefix = newPrefix();
      const key = `${prefix}object`;
      await put(key, 'old');
      const body = new HangingBody(noise(10 * MIB));
      const written = store.write(key, body.stream);
      await waitFor('all bytes to be taken', () => body.given);
      expect((await readAll(await store.read(key))).toString()).toBe('old');
      body.end();
      await written;
      expect((await store.head(key)).size).toBe(10 * MIB);
    });

    it('let one of several concurrent writers win', async () => {
      const key = `${newPrefix()}object`;
      const texts = ['a', 'b', 'c', 'd', 'e'].map((letter) => letter.repeat(100_000));
      await Promise.all(
        texts.map((text) => store.write(key, Buffer.from(text), { contentType: 'text/plain' })),
      );
      expect(texts).toContain((await readAll(await store.read(key))).toString());
    });

    it('use constant memory', async () => {
      const key = `${newPrefix()}object`;
      const chunk = noise(64 * KIB);
      const size = 300 * MIB;
      const before = process.memoryUsage().rss;
      let peak = before;
      function* body() {
        for (let sent = 0; sent < size; sent += chunk.length) {
          peak = Math.max(peak, process.memoryUsage.rss());
          yield chunk;
        }
      }
      expect((await store.write(key, Readable.from(body()), { expectedSize: size })).size).toBe(size);
      expect(peak - before).toBeLessThan(150 * MIB);
      await store.delete([key]);
    });
  });

  describe('read with a range', () => {
    const bytes = noise(100_000);
    let key: string;

    beforeAll(async () => {
      key = `${newPrefix()}object`;
      await store.write(key, bytes);
    });

    it.each([
      [{ start: 0, end: 0 }, 0, 1],
      [{ start: 10, end: 19 }, 10, 20],
      [{ start: 99_999 }, 99_999, 100_000],
      [{ end: 99 }, 0, 100],
      [{ start: 0 }, 0, 100_000],
      [{ start: 50_000, end: 1_000_000 }, 50_000, 100_000],
    ])('returns the bytes of %j', async (range, from, to) => {
      expect((await readAll(await store.read(key, range))).equals(bytes.subarray(from, to))).toBe(true);
    });

    it.each([{ start: 100_000 }, { start: 5, end: 3 }, { start: -1 }, { start: 0.5 }])(
      'rejects %j',
      async (range) => {
        expect(await codeOf(store.read(key, range))).toBe('RANGE_NOT_SATISFIABLE');
      },
    );

    it('rejects the first byte of an empty object', async () => {
      const empty = `${newPrefix()}empty`;
      await store.write(empty, Buffer.alloc(0));
      expect(await readAll(await store.read(empty, { start: 0 }))).toHaveLength(0);
      expect(await codeOf(store.read(empty, { start: 0, end: 0 }))).toBe('RANGE_NOT_SATISFIABLE');
    });
  });

  describe('read of a version', () => {
    it('returns the version of ifMatch', async () => {
      const key = `${newPrefix()}object`;
      const { etag } = await put(key, 'one');
      expect((await readAll(await store.read(key, { ifMatch: etag, start: 1 }))).toString()).toBe('ne');
    });

    it('reports another version as FILE_CHANGED', async () => {
      const key = `${newPrefix()}object`;
      const { etag } = await put(key, 'one');
      await put(key, 'two');
      expect(await codeOf(store.read(key, { ifMatch: etag }))).toBe('FILE_CHANGED');
      expect(await codeOf(store.read(key, { ifMatch: etag, start: 1 }))).toBe('FILE_CHANGED');
    });

    it('reports an absent object as FILE_NOT_FOUND', async () => {
      const key = `${newPrefix()}object`;
      const { etag } = await put(key);
      await store.delete([key]);
      expect(await codeOf(store.head(key))).toBe('FILE_NOT_FOUND');
      expect(await codeOf(store.read(key))).toBe('FILE_NOT_FOUND');
      expect(await codeOf(store.read(key, { ifMatch: etag }))).toBe('FILE_NOT_FOUND');
    });

    it('reports a folder as FILE_NOT_FOUND', async () => {
      const prefix = newPrefix();
      await put(`${prefix}folder/object`);
      expect(await codeOf(store.head(`${prefix}folder`))).toBe('FILE_NOT_FOUND');
      expect(await codeOf(store.read(`${prefix}folder`))).toBe('FILE_NOT_FOUND');
    });
  });

  describe('metadata', () => {
    it('round-trips with the content type', async () => {
      const key = `${newPrefix()}object`;
      const metadata = {
        filename: '世界 – Übersicht “1”.pdf',
        percent: '100% a%20b',
        blanks: ' x ',
        empty: '',
        line: 'a\nb',
        UPPER: 'Case',
      };
      const before = Date.now();
      await store.write(key, streamOf(noise(9 * MIB)), { contentType: 'application/pdf', metadata });
      const found = await store.head(key);
      const { UPPER, ...rest } = metadata;
      expect(found.contentType).toBe('application/pdf');
      // Some S3 stores drop empty values.
      expect({ empty: '', ...found.metadata }).toEqual({ ...rest, upper: UPPER });
      expect(Math.abs(found.lastModified.getTime() - before)).toBeLessThan(60_000);
    });

    it('is empty when none was given', async () => {
      const key = `${newPrefix()}object`;
      await put(key);
      expect(await store.head(key)).toMatchObject({ metadata: {}, contentDisposition: null });
    });
  });

  describe('key', () => {
    const names = [
      'a b',
      ' lead and trail ',
      'plus+plus',
      'percent%20%',
      'ümläut-世界-🦭',
      'quotes\'"',
      'amp&lt<gt>',
      'semi;colon,comma=?#[]@!$()*~`^{}|',
      '..dots...',
      '.hidden',
      'x'.repeat(200),
      'a/b/c/d/e/f',
    ];

    it.each(names)('can be %j', async (name) => {
      const prefix = newPrefix();
      const key = prefix + name;
      const { etag } = await put(key, name);
      expect(await store.head(key)).toMatchObject({ key, etag });
      expect((await readAll(await store.read(key))).toString()).toBe(name);
      expect(await keysOf(prefix)).toEqual([key]);
      const link = await store.signedLink(key, {
        fileName: 'f',
        contentType: 'text/plain',
        expiresInSeconds: 60,
      });
      expect(await (await fetch(link)).text()).toBe(name);
      await store.delete([key]);
      await expectNothingLeft(prefix);
    });
  });

  describe('failed write', () => {
    it('leaves nothing when aborted during the body', async () => {
      const prefix = newPrefix();
      const body = new HangingBody(noise(20 * MIB));
      const controller = new AbortController();
      const reason = new Error('aborted by the test');
      const failed = failureOf(store.write(`${prefix}object`, body.stream, { signal: controller.signal }));
      await waitFor('all bytes to be taken', () => body.given);
      controller.abort(reason);
      expect(await failed).toBe(reason);
      expect(body.stream.destroyed).toBe(true);
      await expectNothingLeft(prefix);
    });

    it('leaves nothing when aborted before the first byte', async () => {
      const prefix = newPrefix();
      const body = streamOf(noise(KIB));
      const reason = new Error('aborted by the test');
      const signal = AbortSignal.abort(reason);
      expect(await failureOf(store.write(`${prefix}object`, body, { signal }))).toBe(reason);
      expect(await failureOf(store.write(`${prefix}object`, noise(KIB), { signal }))).toBe(reason);
      expect(body.destroyed).toBe(true);
      await expectNothingLeft(prefix);
    });

    it('rejects with the default reason of an abort', async () => {
      const signal = AbortSignal.abort();
      expect(await failureOf(store.write(`${newPrefix()}object`, noise(1), { signal }))).toBe(signal.reason);
    });

    it.each([0, 1_000, 20 * MIB])('leaves nothing when its body fails after %d bytes', async (size) => {
      const prefix = newPrefix();
      const body = new HangingBody(noise(size));
      const error = new Error('the source broke');
      const failed = failureOf(store.write(`${prefix}object`, body.stream));
      body.fail(error);
      expect(await failed).toBe(error);
      await expectNothingLeft(prefix);
    });

    it('rejects a body that is already closed', async () => {
      const prefix = newPrefix();
      const body = streamOf(noise(10));
      body.destroy();
      expect(await failureOf(store.write(`${prefix}object`, body))).toBeInstanceOf(Error);
      await expectNothingLeft(prefix);
    });

    it('keeps the previous object', async () => {
      const prefix = newPrefix();
      const key = `${prefix}object`;
      await store.write(key, Buffer.from('old'), { contentType: 'text/plain' });
      const body = new HangingBody(noise(20 * MIB));
      const failed = failureOf(store.write(key, body.stream, { contentType: 'image/png' }));
      body.fail(new Error('the source broke'));
      await failed;
      expect(await store.head(key)).toMatchObject({ size: 3, contentType: 'text/plain' });
      expect(await store.abortUploads(prefix)).toBe(0);
    });
  });

  describe('read', () => {
    it('fails with the reason of an abort', async () => {
      const key = `${newPrefix()}object`;
      await store.write(key, noise(10 * MIB));
      const controller = new AbortController();
      const reason = new Error('aborted by the test');
      const stream = await store.read(key, { signal: controller.signal });
      const failed = failureOf(
        (async () => {
          for await (const chunk of stream) if (chunk) controller.abort(reason);
        })(),
      );
      expect(await failed).toBe(reason);
    });

    it('rejects a signal that is already aborted', async () => {
      const reason = new Error('aborted by the test');
      const signal = AbortSignal.abort(reason);
      expect(await failureOf(store.read('any', { signal }))).toBe(reason);
      expect(await failureOf(store.head('any', signal))).toBe(reason);
      expect(await failureOf(store.check(signal))).toBe(reason);
      expect(await failureOf(store.delete(['any'], signal))).toBe(reason);
      expect(await failureOf(store.abortUploads('any', signal))).toBe(reason);
      const listings = [store.list('', { signal }), store.listUploads('', signal)];
      for (const listing of listings) expect(await failureOf(collect<unknown>(listing))).toBe(reason);
    });

    it('can be stopped early', async () => {
      const key = `${newPrefix()}object`;
      await store.write(key, noise(10 * MIB));
      for (let i = 0; i < 20; i++) (await store.read(key)).destroy();
      for await (const chunk of await store.read(key)) {
        expect(chunk).toBeInstanceOf(Buffer);
        break;
      }
    });

    it('returns the right bytes to concurrent readers', async () => {
      const prefix = newPrefix();
      const numbers = Array.from({ length: 40 }, (_, i) => i);
      await Promise.all(numbers.map((i) => put(`${prefix}${i}`, `object ${i}`)));
      const texts = await Promise.all(
        numbers.map(async (i) => (await readAll(await store.read(`${prefix}${i}`))).toString()),
      );
      expect(texts).toEqual(numbers.map((i) => `object ${i}`));
    });
  });

  describe('delete', () => {
    it('deletes only the given objects', async () => {
      const prefix = newPrefix();
      await Promise.all(['a', 'ab', 'b/c', 'b/d'].map((name) => put(prefix + name)));
      await store.delete([`${prefix}a`, `${prefix}b/c`]);
      expect(await keysOf(prefix)).toEqual([`${prefix}ab`, `${prefix}b/d`]);
    });

    it('ignores absent objects', async () => {
      const key = `${newPrefix()}object`;
      await put(key);
      await store.delete([key, `${key}-absent`]);
      await store.delete([key, `${key}/below`]);
      await store.delete([]);
      expect(await keysOf(key)).toEqual([]);
    });

    it('ignores a folder', async () => {
      const prefix = newPrefix();
      await put(`${prefix}folder/object`);
      await store.delete([`${prefix}folder`]);
      expect(await keysOf(prefix)).toEqual([`${prefix}folder/object`]);
    });
  });

  describe('list', () => {
    it('yields keys in order, with size and time', async () => {
      const prefix = newPrefix();
      const names = ['b', 'a/b', 'a-b', 'a.b', 'a/a/z', 'B', 'a0', 'é', 'z', '\u{1f9ad}', '\uff5e'];
      await Promise.all(names.map((name) => put(prefix + name, name)));
      const order = (key: string) => Buffer.from(subject.listsByFolder ? key.replaceAll('/', '\0') : key);
      const expected = names
        .map((name) => prefix + name)
        .toSorted((a, b) => Buffer.compare(order(a), order(b)));
      const listed = await collect(store.list(prefix));
      expect(listed.map(({ key }) => key)).toEqual(expected);
      for (const { key, size, lastModified } of listed) {
        expect(size).toBe(Buffer.byteLength(key) - Buffer.byteLength(prefix));
        expect(Math.abs(lastModified.getTime() - Date.now())).toBeLessThan(60_000);
      }
    });

    it('accepts the start of a name as prefix', async () => {
      const prefix = newPrefix();
      await Promise.all(['ab/1', 'ab/2', 'abc', 'b'].map((name) => put(prefix + name)));
      expect(await keysOf(`${prefix}a`)).toEqual(['ab/1', 'ab/2', 'abc'].map((name) => prefix + name));
      expect(await keysOf(`${prefix}ab/`)).toEqual(['ab/1', 'ab/2'].map((name) => prefix + name));
      expect(await keysOf(`${prefix}x`)).toEqual([]);
      expect(await keysOf(`${prefix}b/`)).toEqual([]);
    });

    it('continues after 1,000 objects, with and without folders', async () => {
      const prefix = newPrefix();
      const keys = Array.from({ length: 1_205 }, (_, i) => `${prefix}a${'/-.'[i % 3]}${i}`);
      for (let i = 0; i < keys.length; i += 50) {
        await Promise.all(keys.slice(i, i + 50).map((key) => put(key, '')));
      }
      const listed = await keysOf(prefix);
      expect(listed).toHaveLength(keys.length);
      expect(new Set(listed)).toEqual(new Set(keys));
      await store.delete(keys);
      await expectNothingLeft(prefix);
    });

    it('starts after a key that may not exist', async () => {
      const prefix = newPrefix();
      await Promise.all(['a', 'a.b', 'b', 'c', 'é'].map((name) => put(prefix + name)));
      const listAfter = async (name: string) =>
        (await collect(store.list(prefix, { startAfter: prefix + name }))).map(({ key }) =>
          key.slice(prefix.length),
        );
      expect(await listAfter('')).toEqual(['a', 'a.b', 'b', 'c', 'é']);
      expect(await listAfter('a')).toEqual(['a.b', 'b', 'c', 'é']);
      expect(await listAfter('bb')).toEqual(['c', 'é']);
      expect(await listAfter('é')).toEqual([]);
    });

    it('can be stopped early', async () => {
      const prefix = newPrefix();
      await Promise.all(['a', 'b'].map((name) => put(prefix + name)));
      for await (const { key } of store.list(prefix)) {
        expect(key).toBe(`${prefix}a`);
        break;
      }
    });
  });

  describe('unfinished upload', () => {
    it('is listed by prefix with its key and start', async () => {
      const [ours, theirs] = [newPrefix(), newPrefix()];
      const bodies = [new HangingBody(noise(20 * MIB)), new HangingBody(noise(20 * MIB))] as const;
      const before = Date.now();
      const written = [
        store.write(`${ours}a/b`, bodies[0].stream, { metadata: { name: 'b' } }),
        store.write(`${theirs}a`, bodies[1].stream),
      ];
      await waitFor('all bytes to be taken', () => bodies.every(({ given }) => given));
      const listed = await collect(store.listUploads(ours));
      expect(listed.map(({ key }) => key)).toEqual([`${ours}a/b`]);
      // The clock of the store may differ, and may have a resolution of one second.
      expect(Math.abs(listed[0]!.since.getTime() - before)).toBeLessThan(60_000);
      for (const body of bodies) body.end();
      await Promise.all(written);
      expect(await collect(store.listUploads(ours))).toEqual([]);
    });

    it('is withdrawn by prefix, which fails its writer', async () => {
      const [ours, theirs] = [newPrefix(), newPrefix()];
      // More bytes than are sent concurrently, so that some parts are stored already.
      const [body, other] = [new HangingBody(noise(50 * MIB)), new HangingBody(noise(20 * MIB))];
      const failed = codeOf(store.write(`${ours}a/b`, body.stream));
      const written = store.write(`${theirs}a`, other.stream);
      await waitFor('all bytes to be taken', () => body.given && other.given);
      await waitFor('the upload to be withdrawn', async () => (await store.abortUploads(`${ours}a`)) === 1);
      // A part in flight may resurrect the upload once more.
      await waitFor('the upload to be gone', async () => (await store.abortUploads(ours)) === 0);

      body.end();
      other.end();

      expect(await failed).toBe('STORAGE_UNAVAILABLE');
      await expectNothingLeft(ours);
      expect((await written).size).toBe(20 * MIB);
      expect(await keysOf(theirs)).toEqual([`${theirs}a`]);
    });
  });

  describe('signed link', () => {
    const fileName = 'Übersicht “2026” 100% (a+b).zip';
    const options: LinkOptions = { fileName, contentType: 'application/zip', expiresInSeconds: 300 };
    const bytes = noise(9 * MIB);
    let key: string;

    beforeAll(async () => {
      key = `${newPrefix()}archive.zip`;
      await store.write(key, bytes, { contentType: 'text/plain' });
    });

    it('opens under its file name and content type', async () => {
      const response = await fetch(await store.signedLink(key, options));
      expect(response.status).toBe(200);
      expect(response.headers.get('content-type')).toBe('application/zip');
      expect(response.headers.get('content-length')).toBe(String(bytes.length));
      const disposition = response.headers.get('content-disposition') ?? '';
      expect(disposition).toMatch(/^attachment; filename="[\x20-\x7e]+"; filename\*=UTF-8''/);
      expect(decodeURIComponent(disposition.split("UTF-8''")[1]!)).toBe(fileName);
      expect(Buffer.from(await response.arrayBuffer()).equals(bytes)).toBe(true);
    });

    it('has the origin that the store tells', async () => {
      const link = await store.signedLink(key, options);
      expect(new URL(link, 'http://own.test').origin).toBe((await store.linkOrigin()) ?? 'http://own.test');
    });

    it('opens for HEAD with the headers of GET', async () => {
      const described = ['content-length', 'content-type', 'content-disposition', 'cache-control', 'etag'];
      const [got, headed] = await Promise.all(
        (['GET', 'HEAD'] as const).map(async (method) => {
          const response = await fetch(await store.signedLink(key, { ...options, method }), { method });
          await response.body?.cancel();
          return [response.status, ...described.map((name) => response.headers.get(name))];
        }),
      );
      expect(headed).toEqual(got);
      expect(headed).toContain(200);
      expect(headed).toContain('private, no-store');
    });

    it('supports ranges and If-Range', async () => {
      const link = await store.signedLink(key, options);
      const part = await fetch(link, { headers: { range: 'bytes=1000-1999' } });
      expect(part.status).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes 1000-1999/${bytes.length}`);
      expect(Buffer.from(await part.arrayBuffer()).equals(bytes.subarray(1_000, 2_000))).toBe(true);

      const etag = part.headers.get('etag')!;
      const rest = await fetch(link, { headers: { range: 'bytes=9000000-', 'if-range': etag } });
      expect(rest.status).toBe(206);
      expect(Buffer.from(await rest.arrayBuffer()).equals(bytes.subarray(9_000_000))).toBe(true);
    });

    it('answers HEAD of a range without a body', async () => {
      const link = await store.signedLink(key, { ...options, method: 'HEAD' });
      const response = await fetch(link, { method: 'HEAD', headers: { range: 'bytes=10-19' } });
      expect([200, 206]).toContain(response.status);
      expect(response.headers.get('etag')).toMatch(/^"/);
    });

    it('rejects a range beyond the end', async () => {
      const response = await fetch(await store.signedLink(key, options), {
        headers: { range: 'bytes=99999999-' },
      });
      expect(response.status).toBe(416);
      await response.body?.cancel();
    });

    it('is rejected after any change', async () => {
      const link = new URL(await store.signedLink(key, options));
      const other = new URL(await store.signedLink(`${key}2`, options));
      const forged = [
        `${link.origin}${other.pathname}${link.search}`.replace(/.$/, (c) => (c === 'a' ? 'b' : 'a')),
        `${link.href.slice(0, -1)}${link.href.endsWith('a') ? 'b' : 'a'}`,
        `${link.href}x`,
      ];
      for (const href of forged) {
        const response = await fetch(href);
        expect([403, 404]).toContain(response.status);
        expect(await response.text()).not.toContain(bytes.toString('latin1', 0, 20));
      }
    });

    it('expires', async () => {
      const link = await store.signedLink(key, { ...options, expiresInSeconds: 1 });
      let status = 0;
      await waitFor('the link to expire', async () => {
        const response = await fetch(link);
        await response.body?.cancel();
        status = response.status;
        return status !== 200;
      });
      // S3 responds with 403, the API with 410.
      expect([403, 410]).toContain(status);
    });

    it('to an absent object returns 404', async () => {
      const response = await fetch(await store.signedLink(`${newPrefix()}absent`, options));
      expect(response.status).toBe(404);
      await response.body?.cancel();
    });
  });

  describe('check', () => {
    it('resolves while the store is available', async () => {
      await expect(store.check()).resolves.toBeUndefined();
    });

    it('and other calls report an unreachable store in time', async () => {
      const { unreachable } = subject;
      const calls: Promise<unknown>[] = [
        unreachable.head('key-of-it'),
        unreachable.read('key-of-it'),
        unreachable.write('key-of-it', noise(10)),
        unreachable.write('key-of-it', streamOf(noise(20 * MIB))),
        unreachable.delete(['key-of-it']),
        collect(unreachable.list('key-of-it')),
        unreachable.abortUploads('key-of-it'),
        collect(unreachable.listUploads('key-of-it')),
        unreachable.check(),
      ];
      const timeout = delay(20_000, 'late', { ref: false });
      const codes = await Promise.race([Promise.all(calls.map(codeOf)), timeout]);
      expect(codes).toEqual(calls.map(() => 'STORAGE_UNAVAILABLE'));
      await unreachable.signedLink('key-of-it', {
        fileName: 'f',
        contentType: 'text/plain',
        expiresInSeconds: 60,
      });
    });
  });
}
