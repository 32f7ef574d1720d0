import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { BuildArchiveInput } from '../../../../src/contract/activities.js';
import { FileError } from '../../../../src/contract/file-error.js';
import { noise } from '../../../support/bodies.js';
import { readWithPython, type UnpackedEntry } from '../../../support/unpack.js';
import {
  aBuild,
  ActivityBench,
  Attempt,
  changed,
  failureOf,
  MAX_ATTEMPTS,
  run,
  type Store,
  type StoredFile,
} from '../support.js';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Larger than the read-ahead limit. */
const LARGE = 600_000;

const CHANGED = 'File 70001 (“file-1.txt”) changed while the archive was built. Try again.';

describe.each(['segments', 'streamed'] as const)('buildArchive with a lost file, %s', (engine) => {
  const contents = [Buffer.from('zero'), noise(LARGE), noise(LARGE), Buffer.from('three')];
  let bench: ActivityBench;
  let files: StoredFile[];
  let lost: StoredFile;
  beforeEach(async () => {
    bench = await ActivityBench.start(engine);
    files = await Promise.all(contents.map((bytes, i) => bench.put(i, bytes)));
    lost = files[1]!;
  });
  afterEach(() => bench.stop());

  const unpack = async (input: BuildArchiveInput) => readWithPython(await bench.archiveOf(input), 'zip');

  /** Expects a valid archive of all other files that lists the lost one, and no other artifact. */
  async function expectArchiveWithout(input: BuildArchiveInput, index: number): Promise<UnpackedEntry[]> {
    const kept = files.filter((file) => file.index !== index);
    const entries = await unpack(input);
    expect(entries.slice(0, -1).map(({ name, sha256: sum }) => [name, sum])).toEqual(
      kept.map((file) => [file.name, sha256(contents[file.index]!)]),
    );
    expect(entries.at(-1)?.name).toBe('_manifest.json');
    const outcomes = await bench.outcomesOf(input);
    expect(outcomes.map(({ state }) => state)).toEqual(
      files.map((file) => (file.index === index ? 'skipped' : 'included')),
    );
    expect((await bench.filesOfArchives()).filter((path) => path.includes('/.tmp/'))).toEqual([]);
    return entries;
  }

  describe('before its first byte', () => {
    it('fails permanently and names the file', async () => {
      await bench.replace(lost);
      expect(await failureOf(run(bench.activities().buildArchive, aBuild(files)))).toEqual({
        type: 'FILE_CHANGED',
        message: CHANGED,
        nonRetryable: true,
        details: [
          { cause: 'FileError FILE_CHANGED', attempt: 1, fileIds: [70_001] },
          expect.objectContaining({ attempts: 1 }),
        ],
      });
      expect(await bench.filesOfArchives()).toEqual([]);
    });

    it('skips the file if the job allows it', async () => {
      await bench.replace(lost);
      const input = aBuild(files, { onFileError: 'skip' });
      expect(await run(bench.activities().buildArchive, input)).toMatchObject({ files: 3, skipped: 1 });
      await expectArchiveWithout(input, 1);
      expect((await bench.outcomesOf(input))[1]).toEqual({
        fileId: 70_001,
        name: null,
        size: null,
        state: 'skipped',
        error: { code: 'FILE_CHANGED', message: CHANGED },
      });
    });

    it('reports a deleted small file', async () => {
      await bench.store.delete([files[0]!.source.key]);
      expect(await failureOf(run(bench.activities().buildArchive, aBuild(files)))).toMatchObject({
        type: 'FILE_NOT_FOUND',
        message:
          'File 70000 (“file-0.txt”) was deleted while the archive was built. Start the download without it.',
        nonRetryable: true,
      });
      const input = aBuild(files, { onFileError: 'skip' });
      await run(bench.activities().buildArchive, input);
      await expectArchiveWithout(input, 0);
    });

    it('fails permanently when no file is left', async () => {
      await bench.store.delete(files.map(({ source }) => source.key));
      const built = run(bench.activities().buildArchive, aBuild(files, { onFileError: 'skip' }));
      expect(await failureOf(built)).toMatchObject({ type: 'NO_FILES_AVAILABLE', nonRetryable: true });
      expect(await bench.filesOfArchives()).toEqual([]);
    });
  });

  describe('midway', () => {
    it('fails permanently and deletes the upload', async () => {
      const store = bench.breakingAt(400_000, lost, () => bench.replace(lost));
      expect(await failureOf(run(bench.activities({ store }).buildArchive, aBuild(files)))).toMatchObject({
        type: 'FILE_CHANGED',
        message: CHANGED,
        nonRetryable: true,
      });
      expect(await bench.filesOfArchives()).toEqual([]);
    });

    it('restarts without the file if the job allows it', async () => {
      const store = bench.breakingAt(400_000, lost, () => bench.replace(lost));
      const input = aBuild(files, { onFileError: 'skip' });
      const built = await run(bench.activities({ store }).buildArchive, input);
      expect(built).toMatchObject({ files: 3, skipped: 1, bytes: LARGE + 9 });
      const archive = await bench.archiveOf(input);
      expect(built).toMatchObject({ size: archive.length, checksum: `sha256:${sha256(archive)}` });
      await expectArchiveWithout(input, 1);
    });

    it('skips a small file without a restart', async () => {
      let opened = 0;
      const small = files[3]!;
      const breaking = bench.breakingAt(2, small, () => bench.replace(small));
      const store = changed(breaking, {
        read: (key, options) => {
          if (key === lost.source.key) opened++;
          return breaking.read(key, options);
        },
      });
      const input = aBuild(files, { onFileError: 'skip' });
      await run(bench.activities({ store }).buildArchive, input);
      await expectArchiveWithout(input, 3);
      expect(opened).toBe(1);
    });

    it('restarts after each of two lost files', async () => {
      const first = bench.breakingAt(400_000, lost, () => bench.replace(lost));
      const second = files[2]!;
      let broken = false;
      const store = changed(first, {
        read: async (key, options) => {
          if (key !== second.source.key || broken) return first.read(key, options);
          broken = true;
          const breaking = bench.breakingAt(100_000, second, () => bench.store.delete([second.source.key]));
          return breaking.read(key, options);
        },
      });
      const input = aBuild(files, { onFileError: 'skip' });
      expect(await run(bench.activities({ store }).buildArchive, input)).toMatchObject({
        files: 2,
        skipped: 2,
      });
      expect((await unpack(input)).map(({ name }) => name)).toEqual([
        'file-0.txt',
        'file-3.txt',
        '_manifest.json',
      ]);
      expect((await bench.outcomesOf(input)).map(({ error }) => error?.code)).toEqual([
        undefined,
        'FILE_CHANGED',
        'FILE_NOT_FOUND',
        undefined,
      ]);
    });
  });

  describe('that the store fails to deliver', () => {
    const last = () => new Attempt(MAX_ATTEMPTS);
    const skipping = () => aBuild(files, { onFileError: 'skip' });

    /** Fails for the first byte of each of these files. */
    function failingFor(keys: readonly string[]): Store {
      return changed(bench.store, {
        read: async (key, options) => {
          if (!keys.includes(key)) return bench.store.read(key, options);
          throw new FileError('STORAGE_UNAVAILABLE', 'could not be read.', { suspectsFile: true });
        },
      });
    }
    const keysOf = (from: number) => files.slice(from).map(({ source }) => source.key);

    it('skips the file on the last attempt', async () => {
      const { buildArchive } = bench.activities({ store: failingFor([lost.source.key]) });
      expect(await failureOf(run(buildArchive, skipping()))).toMatchObject({
        type: 'STORAGE_UNAVAILABLE',
        message: 'File 70001 (“file-1.txt”) could not be read.',
        nonRetryable: false,
      });
      const input = skipping();
      expect(await last().run(buildArchive, input)).toMatchObject({ files: 3, skipped: 1 });
      await expectArchiveWithout(input, 1);
      expect(bench.logged.join('')).toContain('file cannot be downloaded');
    });

    it('fails when most files fail, dropping none', async () => {
      const { buildArchive } = bench.activities({ store: failingFor(keysOf(1)) });
      expect(await failureOf(last().run(buildArchive, skipping()))).toMatchObject({
        type: 'STORAGE_UNAVAILABLE',
        message: expect.stringContaining('3 of 4 files could not be read'),
      });
      expect(await bench.filesOfArchives()).toEqual([]);
    });

    it('fails when its only file breaks off midway', async () => {
      const breaking = changed(bench.store, {
        read: async (_key, { start = 0 } = {}) => {
          const broken = new FileError('STORAGE_UNAVAILABLE', 'broke off.', { suspectsFile: true });
          return Readable.from(
            (function* () {
              if (start === 0) yield Buffer.alloc(100_000);
              throw broken;
            })(),
            { objectMode: false },
          );
        },
      });
      const { buildArchive } = bench.activities({ store: breaking });
      const input = aBuild([lost], { onFileError: 'skip' });
      expect(await failureOf(last().run(buildArchive, input))).toMatchObject({ type: 'STORAGE_UNAVAILABLE' });
    });
  });

  it('resumes an unchanged file after a broken connection', async () => {
    const store = bench.breakingAt(400_000, lost, async () => {});
    const input = aBuild(files);
    const attempt = new Attempt();
    expect(await attempt.run(bench.activities({ store }).buildArchive, input)).toMatchObject({ files: 4 });
    expect((await unpack(input)).map(({ sha256: sum }) => sum)).toEqual(contents.map(sha256));
  });
});
