import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FileObjectStore } from '../../../src/storage/file/file-object-store.js';
import { SUMS_PREFIX } from '../../../src/storage/keys.js';
import { SumCache } from '../../../src/storage/sum-cache.js';

const VERSION = { key: 'videos/a.mp4', etag: '"1"' };

describe('SumCache', () => {
  let directory: string;
  let cache: SumCache;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'longhaul-sums-'));
    const linkSecret = 'a secret of more than thirty-two characters';
    cache = new SumCache(new FileObjectStore({ directory, linkSecret }));
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  it.each([0, 1, 0xdeadbeef])('finds the noted sum %i', async (sum) => {
    await cache.note(VERSION, sum);
    expect(await cache.find(VERSION)).toBe(sum);
  });

  it('knows nothing of other versions', async () => {
    await cache.note(VERSION, 7);
    expect(await cache.find({ ...VERSION, etag: '"2"' })).toBeNull();
    expect(await cache.find({ ...VERSION, key: 'videos/b.mp4' })).toBeNull();
  });

  it.each(['', 'W/"1"'])('ignores versions with the ETag %j', async (etag) => {
    await cache.note({ ...VERSION, etag }, 7);
    expect(await cache.find({ ...VERSION, etag })).toBeNull();
    expect(await readdir(directory)).toEqual([]);
  });

  it('reveals no key', async () => {
    await cache.note(VERSION, 7);
    const [name] = await readdir(join(directory, SUMS_PREFIX));
    expect(name).toMatch(/^[0-9a-f]{64}$/);
  });

  it('fails silently without its store', async () => {
    await rm(directory, { recursive: true });
    await expect(cache.find(VERSION)).resolves.toBeNull();
  });
});
