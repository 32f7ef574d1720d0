import { randomBytes, randomInt } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LonghaulError } from '../../../../../clients/src/client/index.js';
import { CommandError } from '../../../../../clients/src/cli/errors.js';
import { Interrupted } from '../../../../../clients/src/cli/interrupt/interrupted.js';
import { saveArchive, type SaveOptions } from '../../../../../clients/src/cli/transfer/save-archive.js';
import { CuttingStore } from '../../../../support/cutting-store.js';

const SIZE = 1_000_000;

describe('saveArchive', () => {
  let store: CuttingStore;
  let folder: string;
  let path: string;
  let retries: string[];
  let links: number;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-save-'));
    path = join(folder, 'photos.zip');
    store = await CuttingStore.start(randomBytes(SIZE));
    retries = [];
    links = 0;
  });
  afterEach(async () => {
    await store.stop();
    await rm(folder, { recursive: true });
  });

  const archive = (changes: object = {}) => ({
    name: 'photos.zip',
    size: store.bytes.length,
    contentType: 'application/zip',
    checksum: store.checksum,
    files: 1,
    skipped: 0,
    ...changes,
  });
  const save = (changes: Partial<SaveOptions> = {}) =>
    saveArchive({
      archive: archive(),
      target: { kind: 'file', path },
      force: false,
      link: async () => {
        links++;
        return store.link;
      },
      signal: new AbortController().signal,
      onProgress: () => {},
      onRetry: (reason) => retries.push(reason),
      ...changes,
    });
  const failure = async (changes: Partial<SaveOptions> = {}) => {
    const error: unknown = await save(changes).catch((reason: unknown) => reason);
    if (!(error instanceof Error)) throw new Error('The archive was saved.');
    expect(error.message).not.toContain('s3cr3t');
    return error;
  };

  it('saves and verifies an archive', async () => {
    expect(await save()).toEqual({ path, verified: true });
    expect(store.bytes.equals(await readFile(path))).toBe(true);
    expect(await readdir(folder)).toEqual(['photos.zip']);
    expect(store.requests[0]!.headers).not.toHaveProperty('authorization');
  });

  it('resumes after cuts at random bytes', async () => {
    store.faults = Array.from({ length: 4 }, () => ({ cutAfter: randomInt(1, SIZE / 5) }));
    await save();
    expect(store.bytes.equals(await readFile(path))).toBe(true);
    expect(links).toBe(5);
    const ranges = store.requests.filter(({ headers }) => headers.range !== undefined);
    expect(ranges.map(({ headers }) => headers['if-range'])).toEqual(ranges.map(() => '"first"'));
    expect(retries.join()).not.toContain('s3cr3t');
  });

  it('goes on in a later run', async () => {
    const controller = new AbortController();
    store.faults = [{ silentAfter: 400_000 }];
    const interrupted = await failure({
      signal: controller.signal,
      onProgress: (_, bytes) => bytes === 400_000 && controller.abort(new Interrupted('detach')),
    });
    expect(interrupted).toBeInstanceOf(Interrupted);
    expect((await readdir(folder)).toSorted()).toEqual(['photos.zip.part', 'photos.zip.part.json']);
    await save();
    expect(store.requests[1]!.headers.range).toBe('bytes=400000-');
    expect(store.bytes.equals(await readFile(path))).toBe(true);
    expect(await readdir(folder)).toEqual(['photos.zip']);
  });

  it('removes the part of a cancelled transfer', async () => {
    const controller = new AbortController();
    store.faults = [{ silentAfter: 4_000 }];
    await failure({
      signal: controller.signal,
      onProgress: () => controller.abort(new Interrupted('cancel')),
    });
    expect(await readdir(folder)).toEqual([]);
  });

  it('asks the store nothing for a complete part', async () => {
    await writeFile(`${path}.part`, store.bytes);
    await writeFile(`${path}.part.json`, JSON.stringify({ size: SIZE, checksum: store.checksum, pid: 0 }));
    await save();
    expect(store.requests).toHaveLength(0);
    expect(store.bytes.equals(await readFile(path))).toBe(true);
  });

  it.each([
    ['of another archive', { size: SIZE, checksum: `sha256:${'0'.repeat(64)}`, pid: 0 }],
    ['without a note', undefined],
    ['with a broken note', 'half'],
  ])('starts over after a part %s', async (_, note) => {
    await writeFile(`${path}.part`, 'something else');
    if (note) await writeFile(`${path}.part.json`, typeof note === 'string' ? note : JSON.stringify(note));
    await save();
    expect(store.requests[0]!.headers.range).toBeUndefined();
    expect(store.bytes.equals(await readFile(path))).toBe(true);
  });

  it('saves anew when a part turns out damaged', async () => {
    await writeFile(`${path}.part`, Buffer.alloc(1_000));
    await writeFile(`${path}.part.json`, JSON.stringify({ size: SIZE, checksum: store.checksum, pid: 0 }));
    await save();
    expect(store.bytes.equals(await readFile(path))).toBe(true);
  });

  it('refuses the part of a running command', async () => {
    await writeFile(`${path}.part.json`, JSON.stringify({ size: 1, checksum: '', pid: process.ppid }));
    expect(await failure()).toMatchObject({
      exitCode: 7,
      message: expect.stringContaining('Another command'),
    });
  });

  it('reads an archive anew when its tag changed', async () => {
    store.faults = [{ cutAfter: 5_000 }];
    await save({
      onRetry: () => {
        store.etag = '"second"';
      },
    });
    expect(store.bytes.equals(await readFile(path))).toBe(true);
  });

  it('keeps no file with a wrong checksum', async () => {
    const right = store.checksum;
    store.bytes = randomBytes(SIZE);
    const error = await failure({ archive: archive({ checksum: right }) });
    expect(error).toMatchObject({ exitCode: 7, message: expect.stringContaining('checksum') });
    expect(await readdir(folder)).toEqual([]);
  });

  it('gives up on an archive of another size', async () => {
    const error = await failure({ archive: archive({ size: SIZE - 1 }) });
    expect(error).toMatchObject({ exitCode: 7, message: expect.stringContaining('changed') });
    expect(await readdir(folder)).not.toContain('photos.zip');
  });

  it('takes a fresh link when the store refuses one', async () => {
    store.faults = [{ status: 403 }];
    await save();
    expect(links).toBe(2);
    expect(retries).toEqual(['The store refused the link with status 403.']);
  });

  it('waits as the store says', async () => {
    store.faults = [{ status: 503, headers: { 'retry-after': '1' } }];
    const delays: number[] = [];
    await save({ onRetry: (_, delayMs) => delays.push(delayMs) });
    expect(delays).toEqual([1_000]);
  });

  it('ends when the archive has expired meanwhile', async () => {
    store.faults = [{ cutAfter: 5_000 }];
    const gone = new LonghaulError('JOB_EXPIRED', 'The archive has expired.', { status: 410 });
    const link = async () => {
      if (links++ > 0) throw gone;
      return store.link;
    };
    expect(await failure({ link })).toBe(gone);
    expect(await readdir(folder)).not.toContain('photos.zip');
  });

  it('leaves a file that appeared meanwhile alone', async () => {
    const error = await failure({ onProgress: () => void writeFile(path, 'mine') });
    expect(error).toBeInstanceOf(CommandError);
    expect(await readFile(path, 'utf8')).toBe('mine');
  });

  it('knows CRC-32, and says what it cannot verify', async () => {
    const sum = crc32(store.bytes).toString(16).padStart(8, '0');
    expect(await save({ archive: archive({ checksum: `crc32:${sum}` }) })).toMatchObject({ verified: true });
    const wrong = archive({ checksum: 'crc32:00000000' });
    expect(await failure({ archive: wrong, force: true })).toMatchObject({ exitCode: 7 });
    const later = archive({ checksum: 'blake3:abc' });
    expect(await save({ archive: later, force: true })).toMatchObject({ verified: false });
  });

  it('names the file after the archive in a folder', async () => {
    const hostile = archive({ name: '../../etc/con\u202E.zip' });
    const saved = await save({ archive: hostile, target: { kind: 'folder', path: folder } });
    expect(saved.path).toBe(join(folder, '_.._etc_con_.zip'));
  });

  it('writes devices in place', async () => {
    await symlink('/dev/null', join(folder, 'device'));
    const target = { kind: 'device' as const, path: join(folder, 'device') };
    expect(await save({ target })).toMatchObject({ verified: true });
    expect(await readdir(folder)).toEqual(['device']);
  });
});
