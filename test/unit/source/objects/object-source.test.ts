import { Readable } from 'node:stream';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { errorCodeOf, LonghaulError } from '../../../../src/contract/errors.js';
import type { ObjectLocation } from '../../../../src/source/catalogue/catalogue.js';
import { ObjectSource, type SourceStore } from '../../../../src/source/objects/object-source.js';
import { readAll } from '../../../support/bodies.js';

type Stored = Awaited<ReturnType<SourceStore['head']>> & { bytes: Buffer };

/** Stores objects in a map, each with its version. */
class MapStore implements SourceStore {
  readonly asked: string[] = [];
  readonly denied = new Set<string>();
  private readonly objects = new Map<string, Stored>();

  put(key: string, bytes: Buffer, changes: Partial<Stored> = {}): void {
    this.objects.set(key, {
      key,
      bytes,
      size: bytes.length,
      etag: `"${bytes.toString('hex')}"`,
      crc32: null,
      contentType: null,
      contentDisposition: null,
      metadata: {},
      lastModified: new Date(0),
      ...changes,
    });
  }

  async head(key: string): Promise<Stored> {
    this.asked.push(key);
    if (this.denied.has(key)) throw new LonghaulError('FILE_FORBIDDEN', 'denied');
    const object = this.objects.get(key);
    if (!object) throw new LonghaulError('FILE_NOT_FOUND', 'absent');
    return object;
  }

  async read(key: string, { start, ifMatch }: { start: number; ifMatch: string }): Promise<Readable> {
    const object = await this.head(key);
    if (object.etag !== ifMatch) throw new LonghaulError('FILE_CHANGED', 'changed');
    return Readable.from([object.bytes.subarray(start)], { objectMode: false });
  }
}

const signal = new AbortController().signal;
const location: ObjectLocation = { kind: 'object', keys: ['downloads/70000', 'downloads/70000.zip'] };

describe('ObjectSource', () => {
  let store: MapStore;
  let source: ObjectSource;
  beforeEach(() => {
    store = new MapStore();
    source = new ObjectSource(store);
  });

  const codeOf = (promise: Promise<unknown>) => promise.then(() => 'success', errorCodeOf);

  it('finds the first existing key and requests no other', async () => {
    store.put('downloads/70000', Buffer.from('bare'));
    store.put('downloads/70000.zip', Buffer.from('with extension'));
    const found = await source.find(location, signal);
    expect(found.source).toEqual({ kind: 'object', key: 'downloads/70000', etag: '"62617265"' });
    expect(store.asked).toEqual(['downloads/70000']);
  });

  it('finds the second key when the first is missing', async () => {
    store.put('downloads/70000.zip', Buffer.from('zip'), {
      contentType: 'application/zip',
      metadata: { filename: 'café.zip' },
      crc32: 7,
      lastModified: new Date('2026-02-01T08:00:00Z'),
    });
    expect(await source.find(location, signal)).toEqual({
      size: 3,
      contentType: 'application/zip',
      name: 'café.zip',
      crc32: 7,
      modifiedAt: '2026-02-01T08:00:00.000Z',
      source: { kind: 'object', key: 'downloads/70000.zip', etag: '"7a6970"' },
    });
  });

  it('throws FILE_NOT_FOUND when no key exists', async () => {
    expect(await codeOf(source.find(location, signal))).toBe('FILE_NOT_FOUND');
    expect(store.asked).toEqual(location.keys);
  });

  it('tries the next key after a denial', async () => {
    store.put('downloads/70000.zip', Buffer.from('zip'));
    store.denied.add('downloads/70000');
    expect((await source.find(location, signal)).source.key).toBe('downloads/70000.zip');
  });

  it.each([location.keys, location.keys.slice(0, 1), location.keys.slice(1)])(
    'throws FILE_FORBIDDEN when %j is denied',
    async (...denied) => {
      for (const key of denied) store.denied.add(key);
      expect(await codeOf(source.find(location, signal))).toBe('FILE_FORBIDDEN');
      expect(store.asked).toEqual(location.keys);
    },
  );

  it.each(['FILE_ARCHIVED', 'FILE_UNREADABLE', 'STORAGE_UNAVAILABLE'] as const)(
    'does not skip a key that fails with %s',
    async (code) => {
      store.head = async (key) => {
        store.asked.push(key);
        throw new LonghaulError(code, 'no');
      };
      expect(await codeOf(source.find(location, signal))).toBe(code);
      expect(store.asked).toEqual(['downloads/70000']);
    },
  );

  it('reports a shortened object as changed', async () => {
    store.put('downloads/70000', Buffer.from('bare'));
    const found = await source.find(location, signal);
    store.read = () => Promise.reject(new LonghaulError('RANGE_NOT_SATISFIABLE', 'no'));
    expect(await codeOf(source.open(found.source, found.size, signal))).toBe('FILE_CHANGED');
  });

  it('reads the pinned version', async () => {
    store.put('downloads/70000', Buffer.from('bare'));
    const found = await source.find(location, signal);
    const stream = await source.open(found.source, found.size, signal);
    expect((await readAll(stream)).toString()).toBe('bare');
  });

  it('refuses another version before the first byte', async () => {
    store.put('downloads/70000', Buffer.from('old'));
    const found = await source.find(location, signal);
    store.put('downloads/70000', Buffer.from('new'));
    expect(await codeOf(source.open(found.source, found.size, signal))).toBe('FILE_CHANGED');
  });
});
