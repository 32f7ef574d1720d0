import { chmod, mkdir, mkdtemp, readdir, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { FolderFiles } from '../../../../src/storage/folder/folder-files.js';
import { fileIdOfPath } from '../../../../src/storage/folder/path-ids.js';
import { FileListing } from '../../../../src/source/objects/file-listing.js';
import { waitFor } from '../../../support/wait-for.js';
import { unprivileged } from '../../../support/unprivileged.js';

const signal = new AbortController().signal;
const keyOf = (path: string) => `downloads/${fileIdOfPath(path)}`;

describe('FolderFiles', () => {
  let folder: string;
  let files: FolderFiles;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-folder-'));
    files = new FolderFiles(folder, join(folder, 'data'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  const put = async (path: string, content = path) => {
    await mkdir(join(folder, path, '..'), { recursive: true });
    await writeFile(join(folder, path), content);
  };
  const keys = async (startAfter = '') => {
    const found: string[] = [];
    for await (const { key } of files.list('downloads/', { startAfter })) found.push(key);
    return found;
  };
  const contentOf = async (path: string) => {
    const { etag } = await files.head(keyOf(path));
    return (await buffer(await files.read(keyOf(path), { start: 0, ifMatch: etag, signal }))).toString();
  };

  it('lists all files below the folder by id', async () => {
    const paths = ['b.txt', 'a.txt', 'Annual Report 2024.pdf', 'trip/été 1.jpg', 'trip/day 2/x'];
    for (const path of paths) await put(path);
    const all = paths.map(keyOf).toSorted();
    expect(await keys()).toEqual(all);
    expect(await keys(all[1])).toEqual(all.slice(2));
    for (const path of paths) expect(await contentOf(path)).toBe(path);
  });

  it('names files by their path, any characters included', async () => {
    const names = ['100%25.txt', 'a b.txt', 'trip/=?UTF-8?Q?x?=.txt', '請求書.txt'];
    for (const name of names) await put(name);
    const listing = new FileListing(files, (name) => name);
    const { files: listed } = await listing.list('', '', 100, signal);
    expect(listed.map(({ name }) => String(name)).toSorted()).toEqual(names.toSorted());
  });

  it('skips hidden files, its own data and links', async () => {
    await put('seen.txt');
    await put('.env');
    await put('.git/config');
    await put('data/webhook-secret');
    await symlink('/etc/hostname', join(folder, 'out.txt'));
    await symlink('/etc', join(folder, 'out'));
    await symlink('loop', join(folder, 'loop'));
    await symlink('gone', join(folder, 'dangling'));
    expect(await keys()).toEqual(['downloads/seen.txt']);
  });

  it.each(['downloads/gone', 'downloads/../x', 'archives/x', 'downloads/', 'downloads/trip'])(
    'does not find %s',
    async (key) => {
      await put('trip/x');
      await expect(files.head(key)).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    },
  );

  it('finds new files and forgets removed ones', async () => {
    await put('old');
    expect(await keys()).toEqual(['downloads/old']);
    await rm(join(folder, 'old'));
    await expect(files.head('downloads/old')).rejects.toMatchObject({ code: 'FILE_NOT_FOUND' });
    await put('new');
    await waitFor('the new file', async () => (await keys()).includes('downloads/new'));
  });

  it('rejects a version other than the pinned one', async () => {
    await put('a.txt', 'one');
    const { etag } = await files.head('downloads/a.txt');
    await put('a.txt', 'other');
    await expect(files.read('downloads/a.txt', { start: 0, ifMatch: etag, signal })).rejects.toMatchObject({
      code: 'FILE_CHANGED',
    });
  });

  it('fills a buffer with a range of one version', async () => {
    await put('a.txt', 'content');
    const { etag } = await files.head('downloads/a.txt');
    const into = Buffer.alloc(3);
    await files.readInto('downloads/a.txt', { etag, start: 2, end: 5 }, into, signal);
    expect(into.toString()).toBe('nte');
    await put('a.txt', 'contents');
    const changed = files.readInto('downloads/a.txt', { etag, start: 2, end: 5 }, into, signal);
    await expect(changed).rejects.toMatchObject({ code: 'FILE_CHANGED' });
  });

  it('is unavailable while the folder is away', async () => {
    await rename(folder, `${folder}-away`);
    await expect(files.head('downloads/a')).rejects.toMatchObject({ code: 'STORAGE_UNAVAILABLE' });
    await rename(`${folder}-away`, folder);
    await put('a');
    expect((await files.head('downloads/a')).size).toBe(1);
    expect(await readdir(folder)).toEqual(['a']);
  });

  it('refuses what may not be read, and only that', async () => {
    await put('good.txt');
    await put('bad.txt');
    await put('closed/x.txt');
    await chmod(join(folder, 'bad.txt'), 0);
    await chmod(join(folder, 'closed'), 0);
    await chmod(folder, 0o777);
    await unprivileged(async () => {
      expect(await keys()).toEqual(['downloads/bad.txt', 'downloads/good.txt']);
      await expect(files.head('downloads/bad.txt')).rejects.toMatchObject({ code: 'FILE_FORBIDDEN' });
      expect(await contentOf('good.txt')).toBe('good.txt');
    });
    await chmod(join(folder, 'closed'), 0o700);
  });
});
