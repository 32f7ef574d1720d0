import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { safeEntryName } from '../../../../src/archive/entry-names.js';
import { LonghaulError } from '../../../../src/contract/errors.js';
import { FileError } from '../../../../src/contract/file-error.js';
import type { ListedFile } from '../../../../src/contract/http/answers.js';
import { FileListing, type ListableStore } from '../../../../src/source/objects/file-listing.js';
import { FileObjectStore } from '../../../../src/storage/file/file-object-store.js';

describe('FileListing', () => {
  let directory: string;
  let store: FileObjectStore;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'longhaul-listing-'));
    store = new FileObjectStore({ directory, linkSecret: 'x'.repeat(32) });
  });
  afterEach(() => rm(directory, { recursive: true, force: true }));

  const never = new AbortController().signal;
  const put = (key: string, filename?: string) =>
    store.write(key, Buffer.from(key), { metadata: filename === undefined ? {} : { filename } });
  const list = (query = '', after = '', limit = 100) =>
    new FileListing(store, safeEntryName).list(query, after, limit, never);
  const idsOf = ({ files }: { files: ListedFile[] }) => files.map(({ fileId }) => fileId);

  it('lists ids, names and sizes like the catalogue', async () => {
    await put('downloads/70000', 'a b.txt');
    await put('downloads/report-7', '../../ä.pdf');
    await put('archives/x/1/archive.zip');
    expect(await list()).toEqual({
      files: [
        { fileId: 70_000, name: 'a b.txt', size: 15 },
        { fileId: 'report-7', name: 'ä.pdf', size: 18 },
      ],
      next: null,
    });
  });

  it('strips .zip from ids unless both objects exist', async () => {
    for (const key of ['70000.zip', '70001', '70001-b', '70001.zip', 'x.zip']) await put(`downloads/${key}`);
    expect(idsOf(await list())).toEqual([70_000, 70_001, '70001-b', '70001.zip', 'x']);
  });

  it('omits keys that no id resolves to', async () => {
    const keys = ['folder/70000', 'a b', 'é', 'x'.repeat(129), '070000', '1', '7e4', '...'];
    for (const key of keys) await put(`downloads/${key}`);
    expect(idsOf(await list())).toEqual(['070000', '1', '7e4']);
  });

  it('matches part of an id or name, ignoring case', async () => {
    await put('downloads/70000', 'Über den Wolken.TXT');
    await put('downloads/70001', 'b.txt');
    await put('downloads/wolken', 'c.pdf');
    expect(idsOf(await list('WOLKEN'))).toEqual([70_000, 'wolken']);
    expect(idsOf(await list('ü'.normalize('NFD')))).toEqual([70_000]);
    expect(idsOf(await list('7000'))).toEqual([70_000, 70_001]);
    expect(idsOf(await list('nothing'))).toEqual([]);
  });

  it.each([1, 2, 7, 100])('returns pages of %i', async (limit) => {
    const ids = Array.from({ length: 20 }, (_, i) => 70_000 + i);
    for (const id of ids) await put(`downloads/${id}`, `${id % 3}.txt`);
    for (const query of ['', '1.txt']) {
      const seen: unknown[] = [];
      let after: string | null = '';
      while (after !== null) {
        const { files, next }: { files: ListedFile[]; next: string | null } = await list(query, after, limit);
        expect(files.length).toBeLessThanOrEqual(limit);
        seen.push(...files.map(({ fileId }) => fileId));
        after = next;
      }
      expect(seen).toEqual(query === '' ? ids : ids.filter((id) => id % 3 === 1));
    }
  });

  it('examines about 1,000 objects, then returns a cursor', async () => {
    let examined = 0;
    const many: ListableStore = {
      async *list() {
        for (let i = 0; i < 10_000; i++) yield { key: `downloads/${80_000 + i}` };
      },
      head: async (key) => {
        examined++;
        return { ...(await store.head('downloads/70000')), key };
      },
      read: () => Promise.reject(new Error('nothing is to be read')),
    };
    await put('downloads/70000', 'a.txt');
    const { files, next } = await new FileListing(many, safeEntryName).list('nothing', '', 10, never);
    expect(files).toEqual([]);
    expect(Number(next)).toBeGreaterThan(80_000);
    expect(examined).toBeLessThan(1_100);
  });

  it.each([1, 2, 3, 100])('lists ids alone in pages of %i', async (limit) => {
    const names = ['70000.zip', '70001', '70001-b', '70001.zip', '70002.zip.zip', 'x', 'x-1', 'x.zip', 'a b'];
    for (const name of names) await put(`downloads/${name}`);
    const full = await list();
    const seen: ListedFile[] = [];
    for (let after: string | null = ''; after !== null;) {
      const page = await new FileListing(store, safeEntryName).list('', after, limit, never, 'ids');
      seen.push(...page.files);
      after = page.next;
    }
    expect(seen).toEqual(full.files.map((file) => ({ ...file, name: null })));
  });

  it('lists ids without a HEAD request', async () => {
    for (let i = 0; i < 10; i++) await put(`downloads/${70_000 + i}${i % 2 ? '' : '.zip'}`);
    const listed = Object.assign(Object.create(store) as FileObjectStore, {
      head: () => Promise.reject(new Error('no HEAD')),
    });
    const page = await new FileListing(listed, safeEntryName).list('', '', 1_000, never, 'ids');
    expect(idsOf(page)).toEqual(Array.from({ length: 10 }, (_, i) => 70_000 + i));
  });

  it('finds the same ids by a query as with names', async () => {
    await put('downloads/70000', 'report.pdf');
    await put('downloads/70001', 'photo.jpg');
    const page = await new FileListing(store, safeEntryName).list('report', '', 10, never, 'ids');
    expect(idsOf(page)).toEqual([70_000]);
  });

  it.each([
    new FileError('FILE_ARCHIVED', 'is archived.'),
    new FileError('FILE_UNREADABLE', 'cannot be read.'),
    new FileError('STORAGE_UNAVAILABLE', 'fails.', { suspectsFile: true }),
  ])('omits one object with the error $code', async (reason) => {
    for (const id of [70_000, 70_001]) await put(`downloads/${id}`);
    const broken = Object.assign(Object.create(store) as FileObjectStore, {
      head: (key: string) => (key.endsWith('70000') ? Promise.reject(reason) : store.head(key)),
    });
    expect(idsOf(await new FileListing(broken, safeEntryName).list('', '', 10, never))).toEqual([70_001]);
  });

  it('goes on after a link to itself', async () => {
    await put('downloads/70001');
    await symlink('70000', join(directory, 'downloads', '70000'));
    expect(idsOf(await list())).toEqual([70_001]);
  });

  it('propagates errors of the store', async () => {
    await put('downloads/70000');
    const trouble = new LonghaulError('STORAGE_UNAVAILABLE', 'no');
    const broken = Object.assign(Object.create(store) as FileObjectStore, {
      head: () => Promise.reject(trouble),
    });
    await expect(new FileListing(broken, safeEntryName).list('', '', 10, never)).rejects.toBe(trouble);
  });
});
