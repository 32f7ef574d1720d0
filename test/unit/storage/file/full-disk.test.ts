import { mkdtemp, open, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorCodeOf, LonghaulError } from '../../../../src/contract/errors.js';
import { toStoreError } from '../../../../src/storage/file/file-errors.js';
import { FileObjectStore } from '../../../../src/storage/file/file-object-store.js';
import { streamOf } from '../../../support/bodies.js';

const GB = 1_000_000_000;

describe('FileObjectStore on a full disk', () => {
  let directory: string;
  let size: number;
  let free: number;
  let store: FileObjectStore;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'longhaul-full-'));
    store = new FileObjectStore({
      directory,
      linkSecret: 'a secret of more than thirty-two characters',
      space: async () => ({ size, free }),
    });
  });
  afterEach(() => rm(directory, { recursive: true }));

  const codeOf = (promise: Promise<unknown>) => promise.then(() => 'success', errorCodeOf);

  it.each([
    ['500 MB of a large disk', 1_000 * GB, 0.5 * GB],
    ['1 % of a small disk', 8_000_000, 80_000],
  ])('is unhealthy below %s', async (_, diskSize, floor) => {
    [size, free] = [diskSize, floor];
    await store.check();
    free = floor - 1;
    await expect(store.check()).rejects.toMatchObject({ code: 'STORAGE_FULL' });
  });

  it('is healthy when the disk does not tell its size', async () => {
    [size, free] = [0, 0];
    await store.check();
    expect(await store.write('a', Buffer.from('text'), { expectedSize: 4 })).toMatchObject({ size: 4 });
  });

  it('refuses a write that does not fit', async () => {
    [size, free] = [1_000 * GB, 3 * GB];
    const body = streamOf(Buffer.from('text'));
    expect(await codeOf(store.write('a', body, { expectedSize: 2.5 * GB + 1 }))).toBe('STORAGE_FULL');
    expect(body.destroyed).toBe(true);
    expect(await readdir(directory)).toEqual(['.tmp']);
    await store.write('a', Buffer.from('text'), { expectedSize: 2.5 * GB });
  });

  it('reads and deletes below the floor', async () => {
    [size, free] = [1_000 * GB, 0];
    await store.write('a', Buffer.from('text'));
    expect(await store.head('a')).toMatchObject({ size: 4 });
    expect(await codeOf(store.head('b'))).toBe('FILE_NOT_FOUND');
    await store.delete(['a']);
    expect(await codeOf(store.head('a'))).toBe('FILE_NOT_FOUND');
  });
});

describe('toStoreError', () => {
  const systemError = (code: string) => Object.assign(new Error(`${code}: /secret/path`), { code });

  it('maps the error of a device without space', async () => {
    const device = await open('/dev/full', 'w');
    const failed = await device.writeFile('text').catch(toStoreError);
    await device.close();
    expect(failed).toMatchObject({
      code: 'STORAGE_FULL',
      message:
        'The object store is out of disk space. Ask an operator to free space, then start the download again.',
      cause: { code: 'ENOSPC', message: expect.stringContaining('Free space') },
    });
  });

  it.each([
    ['EDQUOT', 'STORAGE_FULL', 'quota'],
    ['EFBIG', 'FILE_TOO_LARGE', 'ulimit -f'],
    ['EROFS', 'STORAGE_UNAVAILABLE', 'read-only'],
    ['EACCES', 'STORAGE_UNAVAILABLE', 'access'],
    ['EEXIST', 'STORAGE_UNAVAILABLE', 'place of a folder'],
    ['ENOTDIR', 'STORAGE_UNAVAILABLE', 'place of a folder'],
    ['EIO', 'STORAGE_UNAVAILABLE', 'fault'],
    ['EMFILE', 'STORAGE_UNAVAILABLE', 'ulimit -n'],
  ])('maps %s to %s with advice', (system, code, advice) => {
    const error = toStoreError(systemError(system));
    expect(error).toMatchObject({ code, cause: { code: system, message: expect.stringContaining(advice) } });
    expect(error.message).not.toContain('/secret');
  });

  it('leaves an unknown error without advice', () => {
    const cause = systemError('ESTALE');
    expect(toStoreError(cause)).toEqual(
      new LonghaulError('STORAGE_UNAVAILABLE', toStoreError(cause).message, { cause }),
    );
    expect(toStoreError(cause).cause).toBe(cause);
  });
});
