import { execFile } from 'node:child_process';
import {
  appendFile,
  chmod,
  mkdir,
  mkdtemp,
  readdir,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { errorCodeOf } from '../../src/contract/errors.js';
import { FileObjectStore } from '../../src/storage/file/file-object-store.js';
import { moveInto, syncFolder } from '../../src/storage/file/file-tree.js';
import { collect, HangingBody, noise, readAll } from '../support/bodies.js';
import { startLinkServer } from '../support/local-links.js';
import { waitFor } from '../support/wait-for.js';
import { objectStoreContract, type StoreUnderTest } from './object-store.contract.js';
import { unprivileged } from '../support/unprivileged.js';

const linkSecret = 'a secret of more than thirty-two characters';
const MIB = 1024 * 1024;

describe('FileObjectStore', () => {
  objectStoreContract(startFileStore);

  describe('on its folder', () => {
    let folder: string;
    let store: FileObjectStore;

    beforeEach(async () => {
      folder = await mkdtemp(join(tmpdir(), 'longhaul-files-'));
      store = new FileObjectStore({ directory: folder, linkSecret });
    });
    afterEach(() => rm(folder, { recursive: true, force: true }));

    const keysOf = async (prefix = '') => (await collect(store.list(prefix))).map(({ key }) => key);
    const codeOf = (promise: Promise<unknown>) => promise.then(() => 'success', errorCodeOf);
    const textOf = async (key: string) => (await readAll(await store.read(key))).toString();

    it('stores an object as the file of its name', async () => {
      await store.write('a/b.txt', Buffer.from('text'), { contentType: 'text/plain' });
      expect(await readdir(join(folder, 'a'))).toEqual(['b.txt']);
    });

    it('serves files that other programs put there', async () => {
      await mkdir(join(folder, 'downloads'));
      await writeFile(join(folder, 'downloads', '70000'), 'by hand');
      const found = await store.head('downloads/70000');
      expect(found).toMatchObject({ size: 7, contentType: null, metadata: {}, crc32: null });
      expect((await readAll(await store.read('downloads/70000', { ifMatch: found.etag }))).toString()).toBe(
        'by hand',
      );
      expect(await keysOf('downloads/')).toEqual(['downloads/70000']);
    });

    it('treats an overwritten file as a new version', async () => {
      const { etag } = await store.write('a', Buffer.from('old'), { contentType: 'text/plain' });
      await writeFile(join(folder, 'a'), 'new');
      await utimes(join(folder, 'a'), 1, 1);
      expect((await store.head('a')).contentType).toBeNull();
      expect(await codeOf(store.read('a', { ifMatch: etag }))).toBe('FILE_CHANGED');
    });

    it('follows symbolic links and skips dangling ones', async () => {
      await writeFile(join(folder, 'a'), 'text');
      await symlink(join(folder, 'a'), join(folder, 'b'));
      await symlink(join(folder, 'nothing'), join(folder, 'c'));
      expect(await keysOf()).toEqual(['a', 'b']);
      expect(await textOf('b')).toBe('text');
      expect(await codeOf(store.head('c'))).toBe('FILE_NOT_FOUND');
    });

    describe('with bad entries', () => {
      const bad = {
        loop: (path: string) => symlink(path, path),
        'two links to each other': async (path: string) => {
          await symlink(`${path}-2`, path);
          await symlink(path, `${path}-2`);
        },
        'link to a name too long': (path: string) => symlink('x'.repeat(300), path),
        'link below a file': (path: string) => symlink(join(folder, 'downloads', 'good', 'x'), path),
        'link to a folder': (path: string) => symlink(folder, path),
        'link to a device': (path: string) => symlink('/dev/null', path),
        pipe: (path: string) => promisify(execFile)('mkfifo', [path]),
        socket: (path: string) => listenOnce(path),
      };

      it.each(Object.entries(bad))('treats a %s as missing, alone', async (_, make) => {
        await store.write('downloads/good', Buffer.from('text'));
        await make(join(folder, 'downloads', 'bad'));
        expect(await codeOf(store.head('downloads/bad'))).toBe('FILE_NOT_FOUND');
        expect(await codeOf(store.read('downloads/bad'))).toBe('FILE_NOT_FOUND');
        expect(await keysOf()).toEqual(['downloads/good']);
        expect(await textOf('downloads/good')).toBe('text');
        await store.delete(['downloads/good']);
      });

      it('treats a key that is too long as missing', async () => {
        const key = Array.from({ length: 5 }, () => 'x'.repeat(200)).join('/');
        expect(await codeOf(store.head(key))).toBe('FILE_NOT_FOUND');
      });

      it('names only the file it may not read', async () => {
        await store.write('downloads/good', Buffer.from('text'));
        await store.write('downloads/secret', Buffer.from('text'));
        await store.write('downloads/closed/inner', Buffer.from('text'));
        await chmod(folder, 0o777);
        await chmod(join(folder, 'downloads', 'secret'), 0);
        await chmod(join(folder, 'downloads', 'closed'), 0);
        await unprivileged(async () => {
          for (const key of ['downloads/secret', 'downloads/closed/inner']) {
            expect(await codeOf(store.head(key))).toBe('FILE_FORBIDDEN');
            expect(await codeOf(store.read(key))).toBe('FILE_FORBIDDEN');
          }
          expect(await keysOf()).toEqual(['downloads/good', 'downloads/secret']);
        });
      });
    });

    it('names the rule that a key violates', async () => {
      const error = await store.head('a//b').catch((reason: unknown) => reason);
      expect(error).toMatchObject({
        code: 'FILE_FORBIDDEN',
        message:
          'The file has a key that the file store does not allow: it has an empty segment, or begins or ends with /. ' +
          'Ask an operator to correct the key.',
      });
    });

    it('calls nothing absent after its folder vanished', async () => {
      await store.check();
      await store.write('a', Buffer.from('text'));
      await rename(folder, `${folder}-away`);
      expect(await codeOf(store.head('a'))).toBe('STORAGE_UNAVAILABLE');
      expect(await codeOf(store.check())).toBe('STORAGE_UNAVAILABLE');
      await rename(`${folder}-away`, folder);
      expect((await store.head('a')).size).toBe(4);
    });

    it('keeps the version of an open read', async () => {
      const old = noise(20 * MIB);
      const { etag } = await store.write('a', old);
      const [first, second] = [await store.read('a', { ifMatch: etag }), await store.read('a', { start: 5 })];
      await store.write('a', Buffer.from('new'));
      expect((await readAll(first)).equals(old)).toBe(true);
      await store.delete(['a']);
      expect((await readAll(second)).equals(old.subarray(5))).toBe(true);
    });

    it.each([
      ['shrinks', (path: string) => truncate(path, 10 * MIB)],
      ['grows', (path: string) => appendFile(path, 'more')],
      ['is overwritten in place with the same size', (path: string) => writeFile(path, noise(20 * MIB))],
    ])('reports FILE_CHANGED when a file %s during a read', async (_, change) => {
      const path = join(folder, 'a');
      await store.write('a', noise(20 * MIB));
      // An old time, so that the change is visible even with a coarse file system clock.
      await utimes(path, 1, 1);
      const streams = [await store.read('a'), await store.read('a', { start: 5, end: 15 * MIB })];
      await change(path);
      for (const stream of streams) expect(await codeOf(readAll(stream))).toBe('FILE_CHANGED');
    });

    it('flushes the folders of an object, ignoring failures', async () => {
      await store.write('a/b/c', Buffer.from('x'));
      await expect(syncFolder(join(folder, 'a', 'b'))).resolves.toBeUndefined();
      await expect(syncFolder(join(folder, 'absent'))).resolves.toBeUndefined();
      const [from, to] = [join(folder, 'new'), join(folder, 'x', 'y', 'z')];
      await writeFile(from, '');
      expect(await moveInto(from, to)).toEqual([join(folder, 'x', 'y'), join(folder, 'x'), folder]);
      expect(await moveInto(to, `${to}2`)).toEqual([join(folder, 'x', 'y')]);
    });

    it('treats a grown file as another version', async () => {
      const { etag } = await store.write('a', Buffer.from('a'));
      await appendFile(join(folder, 'a'), 'b');
      expect(await codeOf(store.read('a', { ifMatch: etag }))).toBe('FILE_CHANGED');
    });

    it('hides its own folders from listings and keys', async () => {
      await store.write('a', Buffer.from('a'), { metadata: { filename: 'ü' } });
      const body = new HangingBody(noise(3 * MIB));
      const written = store.write('b', body.stream);
      await waitFor('all bytes to be taken', () => body.given);
      expect(await readdir(folder)).toEqual(expect.arrayContaining(['.meta', '.tmp']));
      expect(await keysOf()).toEqual(['a']);
      expect(await keysOf('.')).toEqual([]);
      expect(await keysOf('.meta/')).toEqual([]);
      for (const key of ['.meta/a', '.tmp/b', '../x', '/etc/passwd']) {
        expect(await codeOf(store.head(key))).toBe('FILE_FORBIDDEN');
        expect(await codeOf(store.read(key))).toBe('FILE_FORBIDDEN');
        expect(await codeOf(store.write(key, Buffer.from('x')))).toBe('FILE_FORBIDDEN');
        expect(await codeOf(store.delete([key]))).toBe('FILE_FORBIDDEN');
        expect(
          await codeOf(store.signedLink(key, { fileName: 'f', contentType: 'a/b', expiresInSeconds: 1 })),
        ).toBe('FILE_FORBIDDEN');
      }
      body.end();
      await written;
    });

    it('lists nothing for an impossible prefix', async () => {
      await store.write('a/b', Buffer.from('x'));
      for (const prefix of ['/', '../', 'a//', 'a/../', '\\', '..']) {
        expect(await keysOf(prefix)).toEqual([]);
        expect(await store.abortUploads(prefix)).toBe(0);
      }
    });

    it('deletes metadata, temporary files and empty folders', async () => {
      const keys = ['a/b/c', 'a/b/d', 'e'];
      for (const key of keys) await store.write(key, Buffer.from(key), { metadata: { k: 'v' } });
      await store.delete(['a/b/c']);
      expect(await keysOf()).toEqual(['a/b/d', 'e']);
      await store.delete(['a/b/d', 'e']);
      expect(await filesBelow(folder)).toEqual([]);
      expect(await readdir(folder)).not.toContain('a');
    });

    it('keeps one version of the metadata', async () => {
      for (let i = 0; i < 5; i++) await store.write('a', Buffer.from(`${i}`), { metadata: { i: `${i}` } });
      expect(await readdir(join(folder, '.meta', 'a'))).toHaveLength(1);
      expect((await store.head('a')).metadata).toEqual({ i: '4' });
    });

    it('withdraws uploads left by a crash', async () => {
      const upload = join(folder, '.tmp', 'jobs', '1', 'archive.zip');
      await mkdir(upload, { recursive: true });
      await writeFile(join(upload, '0b0e1a52-0000-4000-8000-000000000000'), 'half');
      const [left] = await collect(store.listUploads('jobs/1/'));
      expect(left!.key).toBe('jobs/1/archive.zip');
      expect(await collect(store.listUploads('jobs/2/'))).toEqual([]);
      expect(await store.abortUploads('jobs/2/')).toBe(0);
      expect(await store.abortUploads('jobs/1/archive.zip/')).toBe(0);
      expect(await store.abortUploads('jobs/1/')).toBe(1);
      expect(await filesBelow(folder)).toEqual([]);
    });

    it('rejects a key that is both file and folder', async () => {
      await store.write('a', Buffer.from('a'));
      await store.write('b/c', Buffer.from('c'));
      expect(await codeOf(store.write('a/b', Buffer.from('x'), { contentType: 'a/b' }))).toBe(
        'STORAGE_UNAVAILABLE',
      );
      expect(await codeOf(store.write('b', Buffer.from('x'), { contentType: 'a/b' }))).toBe(
        'STORAGE_UNAVAILABLE',
      );
      expect(await keysOf()).toEqual(['a', 'b/c']);
      expect(await filesBelow(join(folder, '.tmp'))).toEqual([]);
      expect(await filesBelow(join(folder, '.meta'))).toEqual([]);
    });

    it('allows concurrent writes and deletes in one folder', async () => {
      const rounds = Array.from({ length: 100 }, (_, i) => i);
      await Promise.all(
        rounds.map(async (i) => {
          await store.write(`shared/folder/${i}`, Buffer.from('x'), { contentType: 'text/plain' });
          await store.delete([`shared/folder/${i}`]);
        }),
      );
      expect(await filesBelow(folder)).toEqual([]);
    });

    it('reports a missing volume as STORAGE_UNAVAILABLE', async () => {
      await rename(folder, `${folder}-away`);
      await writeFile(folder, 'not a folder');
      try {
        const fresh = new FileObjectStore({ directory: folder, linkSecret });
        expect(await codeOf(fresh.head('a'))).toBe('STORAGE_UNAVAILABLE');
        expect(await codeOf(fresh.check())).toBe('STORAGE_UNAVAILABLE');
      } finally {
        await rm(folder);
        await rename(`${folder}-away`, folder);
      }
    });

    it('signs a path without a public URL', async () => {
      const link = await store.signedLink('a', { fileName: 'f', contentType: 'a/b', expiresInSeconds: 1 });
      expect(link).toMatch(/^\/v1\/objects\/[\w.-]+$/);
    });

    it('opens a link until it expires', async () => {
      let now = Date.now();
      const timed = new FileObjectStore({ directory: folder, linkSecret, now: () => now });
      const { etag } = await timed.write('a/b', Buffer.from('x'));
      const options = { fileName: 'ü.zip', contentType: 'application/zip', expiresInSeconds: 60 };
      const token = (await timed.signedLink('a/b', options)).split('/').at(-1)!;
      expect(await timed.openLink(token)).toEqual({
        path: join(folder, 'a', 'b'),
        size: (await timed.head('a/b')).size,
        etag,
        fileName: 'ü.zip',
        contentType: 'application/zip',
      });
      // Only processes with the same secret open it.
      expect(await store.openLink(token)).toMatchObject({ etag });
      const next = { directory: folder, linkSecret: 'x'.repeat(32) };
      const rotating = new FileObjectStore({ ...next, olderLinkSecrets: [linkSecret] });
      expect(await rotating.openLink(token)).toMatchObject({ etag });
      const stranger = new FileObjectStore(next);
      expect(await codeOf(stranger.openLink(token))).toBe('LINK_INVALID');
      now += 60_000;
      expect(await codeOf(timed.openLink(token))).toBe('LINK_EXPIRED');
      await store.delete(['a/b']);
      expect(await codeOf(store.openLink(token))).toBe('FILE_NOT_FOUND');
    });
  });
});

/** Leaves a socket file behind. Closing a server removes its file, so the file is renamed before. */
async function listenOnce(path: string): Promise<void> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(`${path}-open`, resolve));
  await rename(`${path}-open`, path);
  await new Promise((resolve) => server.close(resolve));
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries.filter((entry) => !entry.isDirectory()).map(({ name }) => name);
}

async function startFileStore(): Promise<StoreUnderTest> {
  const folder = await mkdtemp(join(tmpdir(), 'longhaul-files-'));
  const server = await startLinkServer();
  const links = { linkSecret, publicUrl: server.url };
  // Below a folder that begins with a dot, like the default data folder.
  const store = new FileObjectStore({ directory: join(folder, '.longhaul', 'objects'), ...links });
  server.serve(store);

  await writeFile(join(folder, 'file'), '');
  const unreachable = new FileObjectStore({ directory: join(folder, 'file', 'objects'), ...links });
  return {
    store,
    unreachable,
    secrets: [folder, 'key-of-it', 'contract/'],
    stop: async () => {
      await server.stop();
      await rm(folder, { recursive: true });
    },
  };
}
