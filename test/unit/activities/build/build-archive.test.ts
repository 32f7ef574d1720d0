import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeJsonLines } from '../../../../src/activities/json-lines.js';
import type { BuildArchiveInput } from '../../../../src/contract/activities.js';
import type { ArchiveFormat } from '../../../../src/contract/job.js';
import { jobPrefix, outcomesKey, preparedKey } from '../../../../src/storage/keys.js';
import { noise } from '../../../support/bodies.js';
import { aChunk, aMissingFile } from '../../../support/jobs.js';
import { readWithPython } from '../../../support/unpack.js';
import { aBuild, ActivityBench, Attempt, changed, failureOf, readOnly, run } from '../support.js';

const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes).digest('hex');

/** Larger than the read-ahead limit. */
const LARGE = 600_000;

describe.each(['segments', 'streamed'] as const)('buildArchive, %s', (engine) => {
  let bench: ActivityBench;
  beforeEach(async () => {
    bench = await ActivityBench.start(engine);
  });
  afterEach(() => bench.stop());

  const build = (input: BuildArchiveInput) => run(bench.activities().buildArchive, input);

  async function namesIn(input: BuildArchiveInput): Promise<string[]> {
    const entries = await readWithPython(await bench.archiveOf(input), input.archive.format);
    return entries.map(({ name }) => name);
  }

  it.each(['zip', 'tar', 'tar.gz'] as ArchiveFormat[])(
    'writes every file to a %s in request order',
    async (format) => {
      const contents = [noise(LARGE), Buffer.from('text'), Buffer.alloc(0), noise(LARGE), noise(10_000)];
      const files = await Promise.all(contents.map((bytes, i) => bench.put(i, bytes, `${9 - i}.txt`)));
      const input = aBuild(files, { archive: { format, compression: 'auto', name: `a.${format}` } });
      const built = await build(input);
      const archive = await bench.archiveOf(input);
      expect(built).toEqual({
        key: expect.stringMatching(new RegExp(`^${jobPrefix(input.jobId)}[^/]+/archive\\.${format}$`)),
        size: archive.length,
        checksum: `sha256:${sha256(archive)}`,
        bytes: 2 * LARGE + 10_004,
        files: 5,
        skipped: 0,
        attempt: 1,
      });
      const entries = await readWithPython(archive, format);
      expect(entries.map(({ name, sha256: sum }) => [name, sum])).toEqual(
        contents.map((bytes, i) => [`${9 - i}.txt`, sha256(bytes)]),
      );
    },
  );

  it.each(['zip', 'tar'] as const)('writes the modification times into a %s', async (format) => {
    const file = { ...(await bench.put(0, Buffer.from('x'))), modifiedAt: '2021-02-03T06:05:07+01:00' };
    const input = aBuild([file], { archive: { format, compression: 'store', name: 'a' } });
    await build(input);
    const bytes = await bench.archiveOf(input);
    if (format === 'tar') {
      // The header has octal seconds (POSIX ustar).
      const seconds = Number.parseInt(bytes.toString('latin1', 136, 147), 8);
      expect(seconds).toBe(Date.parse(file.modifiedAt) / 1_000);
    } else {
      // MS-DOS time and date in UTC (APPNOTE 4.4.6).
      expect(bytes.readUInt16LE(10)).toBe((5 << 11) | (5 << 5) | (7 >> 1));
      expect(bytes.readUInt16LE(12)).toBe(((2021 - 1980) << 9) | (2 << 5) | 3);
    }
  });

  it('sets the media type', async () => {
    const input = aBuild([await bench.put(0, Buffer.from('x'))]);
    const { key } = await build(input);
    expect((await bench.store.head(key)).contentType).toBe('application/zip');
  });

  it('is deterministic, byte for byte', async () => {
    const files = [await bench.put(0, noise(1_000)), await bench.put(1, noise(LARGE))];
    expect((await build(aBuild(files))).checksum).toBe((await build(aBuild(files))).checksum);
  });

  it('stores each attempt in its own folder', async () => {
    const input = aBuild([await bench.put(0, Buffer.from('x'))]);
    const first = await build(input);
    const second = await new Attempt(2).run(bench.activities().buildArchive, input);
    expect(second).toEqual({ ...first, key: second.key, attempt: 2 });
    // An operator may reset the attempt counter.
    const { key } = await build(input);
    const keys = [first.key, second.key, key];
    expect((await bench.keysOf('archives/')).toSorted()).toEqual(
      [...keys, ...keys.map(outcomesKey)].toSorted(),
    );
  });

  it('deletes a stored archive when it times out', async () => {
    const input = aBuild([await bench.put(0, Buffer.from('x'))]);
    const attempt = new Attempt();
    const store = changed(bench.store, {
      write: async (key, body, options) => {
        const written = await bench.store.write(key, body, options);
        if (key.endsWith('.jsonl')) attempt.stop('TIMED_OUT');
        return written;
      },
    });
    await expect(attempt.run(bench.activities({ store }).buildArchive, input)).rejects.toThrow('TIMED_OUT');
    expect(await bench.filesOfArchives()).toEqual([]);
  });

  it('numbers equal names, ignoring case', async () => {
    const names = ['a.txt', 'A.TXT', 'a.txt', '_manifest.json'];
    const input = aBuild(await Promise.all(names.map((name, i) => bench.put(i, Buffer.from(name), name))));
    await build(input);
    const unique = ['a.txt', 'A (1).TXT', 'a (2).txt', '_manifest (1).json'];
    expect(await namesIn(input)).toEqual(unique);
    expect((await bench.outcomesOf(input)).map(({ name }) => name)).toEqual(unique);
  });

  it('reads the files from manifests', async () => {
    const [one, two, three] = [0, 1, 3].map((i) => bench.put(i, Buffer.from(`${i}`)));
    const input = aBuild([]);
    const lines = [
      [{ found: await one }, { found: await two }],
      [{ missing: aMissingFile(2) }, { found: await three }],
    ];
    const signal = new AbortController().signal;
    input.chunks = await Promise.all(
      lines.map(async (chunk, i) => {
        const manifestKey = preparedKey(input.jobId, `${i}`);
        await writeJsonLines(bench.store, manifestKey, chunk, signal);
        return { ...aChunk([]), count: 2, files: { manifestKey } };
      }),
    );
    expect(await build(input)).toMatchObject({ files: 3, skipped: 1 });
    expect(await namesIn(input)).toEqual(['file-0.txt', 'file-1.txt', 'file-3.txt', '_manifest.json']);
    expect((await bench.outcomesOf(input)).map(({ fileId }) => fileId)).toEqual([
      70_000, 70_001, 70_002, 70_003,
    ]);
  });

  it.each([1, 3])('fails as retryable when 2 files have %d lines', async (lines) => {
    const input = aBuild([]);
    const manifestKey = preparedKey(input.jobId, 'attempt');
    const found = await bench.put(0, Buffer.from('x'));
    const signal = new AbortController().signal;
    await writeJsonLines(
      bench.store,
      manifestKey,
      Array.from({ length: lines }, () => ({ found })),
      signal,
    );
    input.chunks = [{ ...aChunk([]), count: 2, files: { manifestKey } }];
    expect(await failureOf(build(input))).toMatchObject({
      type: 'STORAGE_UNAVAILABLE',
      message: `The object store returned ${lines} of 2 prepared files. Try again in a minute.`,
      nonRetryable: false,
    });
  });

  it('records each file, and missing ones in the archive', async () => {
    const files = [await bench.put(0, Buffer.from('zero')), await bench.put(2, Buffer.from('two'))];
    const input = aBuild(files, {}, [aMissingFile(1)]);
    expect(await build(input)).toMatchObject({ files: 2, skipped: 1, bytes: 7 });
    const missing = { code: 'FILE_NOT_FOUND', message: 'File 70001 does not exist.' };
    expect(await bench.outcomesOf(input)).toEqual([
      { fileId: 70_000, name: 'file-0.txt', size: 4, state: 'included', error: null },
      { fileId: 70_001, name: null, size: null, state: 'skipped', error: missing },
      { fileId: 70_002, name: 'file-2.txt', size: 3, state: 'included', error: null },
    ]);
    const manifest = { jobId: input.jobId, included: 2, missing: [{ fileId: 70_001, ...missing }] };
    const entries = await readWithPython(await bench.archiveOf(input), 'zip');
    expect(entries.at(-1)).toMatchObject({
      name: '_manifest.json',
      sha256: sha256(Buffer.from(`${JSON.stringify(manifest, null, 2)}\n`)),
    });
  });

  it('writes no manifest without missing files', async () => {
    const input = aBuild([await bench.put(0, Buffer.from('x'))]);
    await build(input);
    expect(await namesIn(input)).toEqual(['file-0.txt']);
  });

  it('fails permanently without any file', async () => {
    const input = aBuild([], { onFileError: 'skip' }, [aMissingFile(0)]);
    expect(await failureOf(build(input))).toMatchObject({
      type: 'NO_FILES_AVAILABLE',
      message: 'None of the files is available any more. File 70000 does not exist.',
      nonRetryable: true,
    });
    expect(await bench.filesOfArchives()).toEqual([]);
  });

  it('fails as retryable when storing fails', async () => {
    const files = [await bench.put(0, noise(LARGE)), await bench.put(1, noise(LARGE))];
    const { buildArchive } = bench.activities({ store: readOnly(bench.store) });
    const failure = await failureOf(run(buildArchive, aBuild(files)));
    expect(failure).toMatchObject({ type: 'STORAGE_UNAVAILABLE', nonRetryable: false });
    expect(await bench.filesOfArchives()).toEqual([]);
  });
});
