import { randomBytes, randomInt } from 'node:crypto';
import { execFileSync } from 'node:child_process';
import { closeSync, constants, openSync, readdirSync, renameSync, truncateSync } from 'node:fs';
import { appendFile, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LonghaulError } from '../../../../../clients/src/client/index.js';
import { CommandError } from '../../../../../clients/src/cli/errors.js';
import { Interrupted } from '../../../../../clients/src/cli/interrupt/interrupted.js';
import { saveArchive, type SaveOptions } from '../../../../../clients/src/cli/transfer/save-archive.js';
import { archiveWord, restingPath } from '../../../../../clients/src/cli/transfer/part-names.js';
import { CuttingStore } from '../../../../support/cutting-store.js';

const SIZE = 1_000_000;
const RUN = `.${'0'.repeat(16)}`;

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
  const part = (changes: object = {}, run = '') =>
    restingPath(path, `${archiveWord({ ...archive(), ...changes })}${run}`);
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
    expect(await readdir(folder)).toEqual([basename(part())]);
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
    await writeFile(part(), store.bytes);
    await save();
    expect(store.requests).toHaveLength(0);
    expect(store.bytes.equals(await readFile(path))).toBe(true);
    expect(await readdir(folder)).toEqual(['photos.zip']);
  });

  it('replaces the part of another archive', async () => {
    await writeFile(part({ size: 5 }), 'something else');
    await save();
    expect(store.requests[0]!.headers.range).toBeUndefined();
    expect(await readdir(folder)).toEqual(['photos.zip']);
  });

  it('goes on with the part of a killed command', async () => {
    await writeFile(part({}, RUN), store.bytes.subarray(0, 300_000));
    await save();
    expect(store.requests[0]!.headers.range).toBe('bytes=300000-');
    expect(await readdir(folder)).toEqual(['photos.zip']);
  });

  it.each([{}, { damaged: true }])('saves anew when a part is too long or damaged', async ({ damaged }) => {
    await writeFile(part(), Buffer.alloc(damaged ? 1_000 : SIZE + 1));
    await save();
    expect(store.bytes.equals(await readFile(path))).toBe(true);
  });

  it('refuses the place of a running command', async () => {
    await writeFile(part({ size: 5 }, RUN), '');
    const beat = setInterval(() => void appendFile(part({ size: 5 }, RUN), '.'), 100);
    const error = await failure().finally(() => clearInterval(beat));
    expect(error).toMatchObject({ exitCode: 7, message: expect.stringContaining('Another command') });
    expect(store.requests).toEqual([]);
  });

  it('writes into no file of others', async () => {
    await writeFile(join(folder, 'mine'), 'mine');
    await writeFile(`${path}.part`, 'mine');
    await symlink(join(folder, 'mine'), part());
    await save();
    expect(await readFile(join(folder, 'mine'), 'utf8')).toBe('mine');
    expect(await readFile(`${path}.part`, 'utf8')).toBe('mine');
  });

  it('gives no name to a part that others changed', async () => {
    let count = 0;
    const onProgress = (_: string, bytes: number) => {
      if (bytes === SIZE && count++ === 0) truncateSync(join(folder, readdirSync(folder)[0]!), 10);
    };
    expect(await failure({ onProgress })).toMatchObject({ exitCode: 7 });
    expect(await readdir(folder)).not.toContain('photos.zip');
  });

  it('ends when its part was taken over', async () => {
    store.faults = [{ cutAfter: 5_000 }];
    const onRetry = () => renameSync(join(folder, readdirSync(folder)[0]!), join(folder, 'taken'));
    expect(await failure({ onRetry })).toMatchObject({
      exitCode: 7,
      message: expect.stringContaining('took its part over'),
    });
    expect(await readdir(folder)).toEqual(['taken']);
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
    expect(await readdir(folder)).toEqual([]);
  });

  it('leaves a file that appeared meanwhile alone', async () => {
    const error = await failure({ onProgress: () => void writeFile(path, 'mine') });
    expect(error).toBeInstanceOf(CommandError);
    expect(await readFile(path, 'utf8')).toBe('mine');
    await save({ force: true });
    expect(store.bytes.equals(await readFile(path))).toBe(true);
    expect(store.requests).toHaveLength(1);
  });

  it('leaves a dangling link alone', async () => {
    const error = await failure({ onProgress: () => void symlink('nowhere', path).catch(() => {}) });
    expect(error).toMatchObject({ exitCode: 7, message: expect.stringContaining('exists') });
  });

  it('asks no store again before it wants to', async () => {
    store.faults = [{ status: 503, headers: { 'retry-after': '9999999999' } }];
    expect(await failure()).toMatchObject({ exitCode: 6, message: expect.stringContaining('asks to wait') });
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

  it('takes the longest name that a file may have', async () => {
    const longest = join(folder, `${'x'.repeat(251)}.zip`);
    await save({ target: { kind: 'file', path: longest } });
    expect(store.bytes.equals(await readFile(longest))).toBe(true);
  });

  it('writes devices in place', async () => {
    await symlink('/dev/null', join(folder, 'device'));
    const target = { kind: 'device' as const, path: join(folder, 'device'), isPipe: false };
    expect(await save({ target })).toMatchObject({ verified: true });
    expect(await readdir(folder)).toEqual(['device']);
  });

  it('reports a full device, for small archives too', async () => {
    store.bytes = randomBytes(100);
    const target = { kind: 'device' as const, path: '/dev/full', isPipe: false };
    expect(await failure({ target })).toMatchObject({
      exitCode: 7,
      message: expect.stringContaining('The disk is full'),
    });
  });

  it.each([
    ['has no reader', false],
    ['is not read', true],
  ])('stops when a pipe %s', async (_, isOpen) => {
    execFileSync('mkfifo', [path]);
    const reader = isOpen ? openSync(path, constants.O_RDONLY | constants.O_NONBLOCK) : undefined;
    const target = { kind: 'device' as const, path, isPipe: true };
    const controller = new AbortController();
    const stop = new Interrupted('detach');
    const saving = failure({ target, signal: controller.signal, onProgress: () => controller.abort(stop) });
    if (!isOpen) controller.abort(stop);
    expect(await saving).toBe(stop);
    if (reader !== undefined) closeSync(reader);
  });

  it('fills a pipe', async () => {
    execFileSync('mkfifo', [path]);
    const reading = readFile(path);
    await save({ target: { kind: 'device', path, isPipe: true } });
    expect(store.bytes.equals(await reading)).toBe(true);
  });
});
