import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { errorCodeOf } from '../../src/contract/errors.js';
import type { LocalUpload, MultipartStore, OpenUpload, SentPart } from '../../src/storage/multipart-store.js';
import type { ObjectStore } from '../../src/storage/object-store.js';
import { HeldUpload, MAX_HELD } from '../../src/storage/held-upload.js';
import { SideObjects } from '../../src/storage/side-objects.js';
import { collect, noise, readAll } from '../support/bodies.js';

const MIB = 1024 * 1024;

export interface MultipartUnderTest {
  store: ObjectStore & MultipartStore;
  /** True when uploads can be checked. */
  checks: boolean;
  /** True when the store refuses parts whose checksum is wrong. */
  refusesWrongSums: boolean;
  /** True when uploads of one process copy. */
  copiesLocally: boolean;
  stop(): Promise<void>;
}

/** Tests that every adapter of `MultipartStore` must pass. */
export function multipartStoreContract(start: () => Promise<MultipartUnderTest>): void {
  let subject: MultipartUnderTest;
  let store: MultipartUnderTest['store'];
  let lastKey = 0;

  beforeAll(async () => {
    subject = await start();
    store = subject.store;
  });
  afterAll(() => subject?.stop());

  const newKey = () => `multipart/${lastKey++}/object`;
  const begin = (key: string, checked = subject.checks) => store.begin(key, { checked });
  const send = (upload: OpenUpload, number: number, bytes: Buffer) =>
    upload.sendPart(number, [bytes], crc32(bytes));
  const bytesOf = async (key: string) => readAll(await store.read(key));
  const codeOf = (promise: Promise<unknown>) => promise.then(() => 'success', errorCodeOf);

  async function expectNothingLeft(key: string) {
    expect(await collect(store.list(key))).toEqual([]);
    expect(await collect(store.listUploads(key))).toEqual([]);
    expect(await store.abortUploads(key)).toBe(0);
  }

  describe('parts', () => {
    it('of several buffers become one object', async () => {
      const key = newKey();
      const bytes = noise(6 * MIB + 17);
      const upload = await begin(key);
      const buffers = [bytes.subarray(0, 10), bytes.subarray(10, MIB), Buffer.alloc(0), bytes.subarray(MIB)];
      const part = await upload.sendPart(1, buffers, crc32(bytes));
      expect(part).toMatchObject({ number: 1, size: bytes.length });
      expect([null, crc32(bytes)]).toContain(part.crc32);
      const { etag } = await upload.complete([part], crc32(bytes));
      expect(await store.head(key)).toMatchObject({ size: bytes.length, etag });
      expect((await bytesOf(key)).equals(bytes)).toBe(true);
    });

    it('may be sparse, unequal and unordered', async () => {
      const key = newKey();
      const pieces = [noise(5 * MIB + 3), noise(7 * MIB), noise(1)];
      const upload = await begin(key);
      const numbers = [7, 300, 10_000];
      const sent: SentPart[] = [];
      for (const index of [2, 0, 1]) sent[index] = await send(upload, numbers[index]!, pieces[index]!);
      await upload.complete(sent, crc32(Buffer.concat(pieces)));
      expect((await bytesOf(key)).equals(Buffer.concat(pieces))).toBe(true);
    });

    it('that are not listed are dropped', async () => {
      const key = newKey();
      const upload = await begin(key);
      const kept = noise(100);
      await send(upload, 1, noise(5 * MIB));
      const part = await send(upload, 2, kept);
      await send(upload, 3, noise(100));
      await upload.complete([part], crc32(kept));
      expect((await bytesOf(key)).equals(kept)).toBe(true);
      await expectNothingLeftBeside(key);
    });

    it('replace earlier parts of their number', async () => {
      const key = newKey();
      const upload = await begin(key);
      await send(upload, 1, noise(1_000));
      const bytes = noise(1_001);
      const part = await send(upload, 1, bytes);
      await upload.complete([part], crc32(bytes));
      expect((await bytesOf(key)).equals(bytes)).toBe(true);
    });

    it.each([false, true])('are never completed with newer bytes (checked: %s)', async (checked) => {
      const key = newKey();
      const upload = await begin(key, checked && subject.checks);
      const bytes = noise(1_000);
      const old = await send(upload, 1, bytes);
      await send(upload, 1, noise(1_000));
      const code = await codeOf(upload.complete([old], crc32(bytes)));
      if (code === 'success') expect((await bytesOf(key)).equals(bytes)).toBe(true);
      else expect(code).toBe('ARCHIVE_INCOMPLETE');
      await upload.abort();
    });

    it('are listed with size and ETag', async () => {
      const upload = await begin(newKey());
      const sent = [await send(upload, 12, noise(5 * MIB)), await send(upload, 3, noise(10))];
      const listed = await upload.listParts();
      const essence = ({ number, etag, size }: SentPart) => ({ number, etag, size });
      expect(listed.map(essence)).toEqual([sent[1]!, sent[0]!].map(essence));
      await upload.abort();
    });

    it('with another checksum are refused', async () => {
      if (!subject.refusesWrongSums) return;
      const upload = await begin(newKey());
      expect(await codeOf(upload.sendPart(1, [noise(100)], 1))).toBe('STORAGE_UNAVAILABLE');
      await upload.abort();
    });
  });

  describe('copies', () => {
    it('take a range of one version', async () => {
      const [from, key] = [newKey(), newKey()];
      const bytes = noise(11 * MIB);
      const { etag } = await store.write(from, bytes);
      const upload = await begin(key, false);
      const first = await upload.copyPart(4, { key: from, etag }, { start: 1_000, end: 6 * MIB });
      expect(first).toMatchObject({ number: 4, size: 6 * MIB - 1_000 });
      const last = await upload.copyPart(9, { key: from, etag }, { start: 6 * MIB, end: 11 * MIB });
      await upload.complete([first, last], null);
      expect((await bytesOf(key)).equals(bytes.subarray(1_000))).toBe(true);
    });

    it('refuse another version', async () => {
      const from = newKey();
      const { etag } = await store.write(from, noise(6 * MIB));
      await store.write(from, noise(6 * MIB));
      const upload = await begin(newKey(), false);
      const copied = upload.copyPart(1, { key: from, etag }, { start: 0, end: 6 * MIB });
      expect(await codeOf(copied)).toBe('FILE_CHANGED');
      await upload.abort();
    });

    it('refuse an absent object', async () => {
      const upload = await begin(newKey(), false);
      const copied = upload.copyPart(1, { key: newKey(), etag: '"none"' }, { start: 0, end: 10 });
      expect(await codeOf(copied)).toBe('FILE_NOT_FOUND');
      await upload.abort();
    });
  });

  describe('upload', () => {
    it('can be continued by another process', async () => {
      const key = newKey();
      const bytes = noise(100);
      const { ref } = await begin(key);
      const elsewhere = store.openUpload(JSON.parse(JSON.stringify(ref)));
      await elsewhere.complete([await send(elsewhere, 1, bytes)], crc32(bytes));
      expect((await bytesOf(key)).equals(bytes)).toBe(true);
    });

    it('can be completed twice', async () => {
      const key = newKey();
      const bytes = noise(100);
      const upload = await begin(key);
      const part = await send(upload, 1, bytes);
      const first = await upload.complete([part], crc32(bytes));
      expect(await upload.complete([part], crc32(bytes))).toEqual(first);
    });

    it('stores type and metadata', async () => {
      const key = newKey();
      const options = { contentType: 'application/zip', metadata: { name: 'größe.zip' }, checked: false };
      const upload = await store.begin(key, options);
      await upload.complete([await send(upload, 1, noise(10))], null);
      const { contentType, metadata } = await store.head(key);
      expect({ contentType, metadata }).toEqual({
        contentType: 'application/zip',
        metadata: { name: 'größe.zip' },
      });
    });

    it('is invisible until it is complete', async () => {
      const key = newKey();
      const upload = await begin(key);
      await send(upload, 1, noise(10));
      expect(await codeOf(store.head(key))).toBe('FILE_NOT_FOUND');
      expect(await collect(store.listUploads(key))).toMatchObject([{ key }]);
      await upload.abort();
      await expectNothingLeft(key);
    });

    it('refuses parts and completion after its abort', async () => {
      const key = newKey();
      const upload = await begin(key);
      const part = await send(upload, 1, noise(10));
      await upload.abort();
      await upload.abort();
      expect(await codeOf(send(upload, 2, noise(10)))).toBe('ARCHIVE_INCOMPLETE');
      expect(await codeOf(upload.complete([part], null))).toBe('ARCHIVE_INCOMPLETE');
      expect(await codeOf(upload.listParts())).toBe('ARCHIVE_INCOMPLETE');
      await expectNothingLeft(key);
    });

    it('takes no part after its completion', async () => {
      const key = newKey();
      const bytes = noise(100);
      const upload = await begin(key);
      await upload.complete([await send(upload, 1, bytes)], crc32(bytes));
      expect(await codeOf(send(upload, 2, noise(10)))).toBe('ARCHIVE_INCOMPLETE');
      expect((await bytesOf(key)).equals(bytes)).toBe(true);
      await expectNothingLeftBeside(key);
    });

    it('is withdrawn by its prefix', async () => {
      const key = newKey();
      await send(await begin(key), 1, noise(10));
      expect(await store.abortUploads(key)).toBe(1);
      await expectNothingLeft(key);
    });

    it('does nothing after an abort of its signal', async () => {
      const reason = new Error('aborted by the test');
      const signal = AbortSignal.abort(reason);
      const upload = await begin(newKey());
      await expect(upload.sendPart(1, [noise(10)], 0, signal)).rejects.toBe(reason);
      await expect(upload.complete([], null, signal)).rejects.toBe(reason);
      expect(await upload.listParts()).toEqual([]);
      await upload.abort();
    });
  });

  describe('local upload', () => {
    const options = () => ({ checked: subject.checks, expectedSize: 12 * MIB });
    const { signal } = new AbortController();
    const place = (upload: LocalUpload | HeldUpload, number: number, position: number, bytes: Buffer) =>
      upload.sendPart(number, [bytes.subarray(0, 7), bytes.subarray(7)], crc32(bytes), signal, position);

    it('takes parts in any order', async () => {
      const key = newKey();
      const bytes = noise(11 * MIB);
      const metadata = { name: 'größe.zip' };
      const about = { ...options(), contentType: 'application/zip', metadata };
      const upload = await store.beginLocal(key, about, signal);
      const last = await place(upload, 9, 6 * MIB, bytes.subarray(6 * MIB));
      const first = await place(upload, 2, 0, bytes.subarray(0, 6 * MIB));
      expect(await codeOf(store.head(key))).toBe('FILE_NOT_FOUND');
      const { etag } = await upload.complete([first, last], crc32(bytes), signal);
      const stored = { size: bytes.length, etag, contentType: 'application/zip', metadata };
      expect(await store.head(key)).toMatchObject(stored);
      expect((await bytesOf(key)).equals(bytes)).toBe(true);
      await upload.abort();
      await expectNothingLeftBeside(key);
    });

    it('keeps nothing of an earlier try', async () => {
      const key = newKey();
      const upload = await store.beginLocal(key, options(), signal);
      await place(upload, 1, 0, noise(6 * MIB));
      await place(upload, 2, 6 * MIB, noise(MIB));
      const bytes = noise(5 * MIB + 1);
      const parts = [
        await place(upload, 1, 0, bytes.subarray(0, 5 * MIB)),
        await place(upload, 2, 5 * MIB, bytes.subarray(5 * MIB)),
      ];
      await upload.complete(parts, crc32(bytes), signal);
      expect((await bytesOf(key)).equals(bytes)).toBe(true);
      await expectNothingLeftBeside(key);
    });

    it('leaves nothing after its abort', async () => {
      const key = newKey();
      const upload = await store.beginLocal(key, options(), signal);
      const part = await place(upload, 1, 0, noise(10));
      await upload.abort();
      await upload.abort();
      expect(await codeOf(place(upload, 2, 10, noise(10)))).toBe('ARCHIVE_INCOMPLETE');
      expect(await codeOf(upload.complete([part], null, signal))).toBe('ARCHIVE_INCOMPLETE');
      await expectNothingLeft(key);
    });

    it('cannot be completed after it was withdrawn', async () => {
      const key = newKey();
      const upload = await store.beginLocal(key, options(), signal);
      const part = await place(upload, 1, 0, noise(10));
      expect(await store.abortUploads(key)).toBe(1);
      expect(await codeOf(upload.complete([part], null, signal))).toBe('ARCHIVE_INCOMPLETE');
      await upload.abort();
      await expectNothingLeft(key);
    });

    it('does nothing after an abort of its signal', async () => {
      const key = newKey();
      const reason = new Error('aborted by the test');
      const aborted = AbortSignal.abort(reason);
      await expect(store.beginLocal(key, options(), aborted)).rejects.toBe(reason);
      const upload = await store.beginLocal(key, options(), signal);
      await expect(upload.sendPart(1, [noise(9)], 0, aborted, 0)).rejects.toBe(reason);
      await expect(upload.complete([], null, aborted)).rejects.toBe(reason);
      await upload.abort();
      await expectNothingLeft(key);
    });

    describe('HeldUpload', () => {
      const held = (key: string) =>
        new HeldUpload(store, key, { ...options(), contentType: 'application/zip' });

      it('stores few bytes with one request', async () => {
        const key = newKey();
        const bytes = noise(MAX_HELD);
        const upload = held(key);
        const last = await place(upload, 7, 5 * MIB, bytes.subarray(5 * MIB));
        await place(upload, 1, 0, noise(10));
        const first = await place(upload, 1, 0, bytes.subarray(0, 5 * MIB));
        expect(await collect(store.listUploads(key))).toEqual([]);
        const whole = await upload.complete([first, last], crc32(bytes), signal);
        expect(whole!.equals(bytes)).toBe(true);
        expect((await bytesOf(key)).equals(bytes)).toBe(true);
        expect((await store.head(key)).contentType).toBe('application/zip');
        await upload.abort();
        await expectNothingLeftBeside(key);
      });

      it('begins an upload for more', async () => {
        const key = newKey();
        const bytes = noise(13 * MIB);
        const upload = held(key);
        const at = [0, 5 * MIB, 11 * MIB, 13 * MIB];
        const sendAt = (i: number) => place(upload, 3 * i + 1, at[i]!, bytes.subarray(at[i], at[i + 1]));
        const parts = [await sendAt(0), ...(await Promise.all([sendAt(1), sendAt(2)]))];
        expect(await collect(store.listUploads(key))).toHaveLength(1);
        expect(await upload.complete(parts, crc32(bytes), signal)).toBe(null);
        expect((await bytesOf(key)).equals(bytes)).toBe(true);
        expect((await store.head(key)).contentType).toBe('application/zip');
        await upload.abort();
        await expectNothingLeftBeside(key);
      });

      it('leaves nothing after its abort', async () => {
        for (const size of [10, MAX_HELD + 1]) {
          const key = newKey();
          const upload = held(key);
          await place(upload, 1, 0, noise(size));
          await upload.abort();
          await expectNothingLeft(key);
        }
      });

      it('copies behind bytes that it holds', async () => {
        if (!subject.copiesLocally) return;
        const [from, key] = [newKey(), newKey()];
        const bytes = noise(12 * MIB);
        const { etag } = await store.write(from, bytes);
        const upload = new HeldUpload(store, key, { ...options(), checked: false });
        const first = await place(upload, 1, 0, bytes.subarray(0, 5 * MIB));
        const range = { start: 5 * MIB, end: 12 * MIB };
        const copied = await upload.copyPart(2, { key: from, etag }, range, signal);
        expect(await upload.complete([first, copied], crc32(bytes), signal)).toBe(null);
        expect((await bytesOf(key)).equals(bytes)).toBe(true);
      });
    });
  });

  describe('readInto', () => {
    it('fills a buffer with a range', async () => {
      const key = newKey();
      const bytes = noise(3 * MIB);
      const { etag } = await store.write(key, bytes);
      const target = Buffer.alloc(2 * MIB + 2, 7);
      const into = target.subarray(1, -1);
      await store.readInto(key, { etag, start: 1_000, end: 1_000 + 2 * MIB }, into);
      expect(into.equals(bytes.subarray(1_000, 1_000 + 2 * MIB))).toBe(true);
      expect([target[0], target.at(-1)]).toEqual([7, 7]);
    });

    it('reads whole objects, empty ones too', async () => {
      for (const bytes of [noise(1), Buffer.alloc(0)]) {
        const key = newKey();
        const { etag } = await store.write(key, bytes);
        const into = Buffer.alloc(bytes.length);
        await store.readInto(key, { etag, start: 0, end: bytes.length }, into);
        expect(into.equals(bytes)).toBe(true);
      }
    });

    it('refuses what is not there', async () => {
      const key = newKey();
      const { etag } = await store.write(key, noise(10));
      const read = (range: { etag: string; start: number; end: number }, of = key) =>
        codeOf(store.readInto(of, range, Buffer.alloc(range.end - range.start)));
      expect(await read({ etag: '"another"', start: 0, end: 10 })).toBe('FILE_CHANGED');
      expect(await read({ etag, start: 0, end: 5 }, newKey())).toBe('FILE_NOT_FOUND');
      expect(await read({ etag, start: 10, end: 11 })).toBe('RANGE_NOT_SATISFIABLE');
      expect(await read({ etag, start: 5, end: 11 })).toMatch(/RANGE_NOT_SATISFIABLE|STORAGE_UNAVAILABLE/);
    });

    it('reads the same at once where it can', async () => {
      const key = newKey();
      const bytes = noise(1_000);
      const { etag } = await store.write(key, bytes);
      const read = (range: { etag: string; start: number; end: number }, into: Buffer) =>
        store.readIntoSync!(key, range, into);
      if (!store.readIntoSync) return;
      const into = Buffer.alloc(990);
      read({ etag, start: 10, end: 1_000 }, into);
      expect(into.equals(bytes.subarray(10))).toBe(true);
      expect(() => read({ etag: '"another"', start: 0, end: 10 }, Buffer.alloc(10))).toThrow(Error);
      expect(() => read({ etag, start: 995, end: 1_005 }, Buffer.alloc(10))).toThrow(Error);
    });

    it('rejects a buffer of another length', async () => {
      const reading = store.readInto(newKey(), { etag: '', start: 0, end: 10 }, Buffer.alloc(9));
      expect(await codeOf(reading)).toBe('RANGE_NOT_SATISFIABLE');
    });

    it('does nothing after an abort', async () => {
      const reason = new Error('aborted by the test');
      const range = { etag: '', start: 0, end: 1 };
      const reading = store.readInto(newKey(), range, Buffer.alloc(1), AbortSignal.abort(reason));
      await expect(reading).rejects.toBe(reason);
    });
  });

  describe('SideObjects', () => {
    const capabilities = {
      segments: true,
      copies: true,
      copySums: true,
      joints: true,
      fullObjectChecked: false,
    };
    const { signal } = new AbortController();

    it('are stored and read by name', async () => {
      const side = new SideObjects(store, `${newKey()}/`, capabilities);
      const bytes = noise(MIB);
      await side.put('head', [bytes.subarray(0, 9), bytes.subarray(9)], signal);
      expect(Buffer.concat(await collect(side.get('head', signal))).equals(bytes)).toBe(true);
    });

    it('join a copied range with literal bytes', async () => {
      const [from, prefix] = [newKey(), `${newKey()}/`];
      const bytes = noise(7 * MIB);
      const source = { key: from, etag: (await store.write(from, bytes)).etag };
      const side = new SideObjects(store, prefix, capabilities);
      const literal = [noise(100), noise(200)];
      const sum = crc32(Buffer.concat(literal));
      const joint = await side.joint!('joint', source, { start: MIB, end: 7 * MIB }, literal, sum, signal);
      const expected = Buffer.concat([bytes.subarray(MIB), ...literal]);
      expect((await bytesOf(joint.key)).equals(expected)).toBe(true);
      const upload = await begin(newKey(), false);
      expect((await upload.copyPart(1, joint, { start: 0, end: 10 })).size).toBe(10);
      await upload.abort();
    });

    it('leave nothing of a failed joint', async () => {
      const prefix = `${newKey()}/`;
      const side = new SideObjects(store, prefix, capabilities);
      const absent = { key: newKey(), etag: '"none"' };
      const joint = side.joint!('joint', absent, { start: 0, end: 10 }, [noise(1)], 0, signal);
      expect(await codeOf(joint)).toBe('FILE_NOT_FOUND');
      await expectNothingLeft(prefix);
    });

    it('are not joined unless all of it is possible', () => {
      expect(new SideObjects(store, '', { ...capabilities, copySums: false }).joint).toBeUndefined();
    });
  });

  async function expectNothingLeftBeside(key: string) {
    expect((await collect(store.list(key))).map((object) => object.key)).toEqual([key]);
    expect(await store.abortUploads(key)).toBe(0);
  }
}
