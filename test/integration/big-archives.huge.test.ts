import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LIMITS } from '../../src/archive/zip/limits.js';
import { type SegmentResult, writeSegment } from '../../src/archive/zip/segment/write-segment.js';
import type { Compression } from '../../src/contract/job.js';
import { describeWith } from '../support/require-server.js';
import { ZipBench } from '../support/zip/build-zip.js';
import {
  type ForeignEntry,
  readEntries,
  readerPrograms,
  testArchive,
} from '../support/zip/foreign-readers.js';
import { MARKED_READER, markedFile } from '../support/zip/marked-file.js';
import { SparseUpload } from '../support/zip/sparse-upload.js';

const GIB = 2 ** 30;
const GIB4 = 4 * GIB;
/** A local header of a name of one character: fixed fields, name, extended timestamp. */
const HEADER = 30 + 1 + 9;
const ZIP64_SIZES = 20;
const MINUTES = 60_000;

const programs = await readerPrograms();

describeWith(programs, 'ZIP engine at the limits of ZIP', (...paths) => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-big-'));
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  /** Builds an archive as a sparse file, of segments in reverse order. */
  async function build(sizes: readonly number[], compression: Compression): Promise<string> {
    const bench = new ZipBench([], { limits: LIMITS });
    bench.files.push(...sizes.map(markedFile));
    const upload = new SparseUpload();
    const path = join(folder, 'archive.zip');
    const plan = bench.plan({ compression, copies: false });
    const results: SegmentResult[] = [];
    for (const segment of plan.segments.toReversed()) {
      const io = bench.segmentIo(plan, segment, { sink: upload, reader: MARKED_READER });
      results.push(await writeSegment(segment, io));
    }
    await bench.finish(plan, results, { sink: upload, complete: (parts) => upload.write(path, parts) });
    return path;
  }

  /** Expects that all readers agree on every entry. */
  function expectEntries(
    entries: readonly ForeignEntry[],
    readers: readonly string[],
    sizes: readonly number[],
  ) {
    const of = (reader: string) => entries.filter((entry) => entry.reader === reader);
    const told = of('Go').map(({ name, size, crc32 }) => [name, size, crc32]);
    expect(told.map(([, size]) => size)).toEqual(sizes);
    for (const reader of readers)
      expect(of(reader).map(({ name, size, crc32 }) => [name, size, crc32])).toEqual(told);
  }

  async function expectReadable(path: string, sizes: readonly number[]): Promise<void> {
    const entries = await readEntries([path], folder, paths);
    expectEntries(entries, ['ZipFile', 'ZipInputStream', 'Go', 'Python'], sizes);
    await testArchive(path, paths);
    await rm(path);
  }

  it(
    'writes stored entries around 4 GiB',
    async () => {
      const sizes = [GIB4 - 1, 0, GIB4, 1, GIB4 + 1];
      await expectReadable(await build(sizes, 'store'), sizes);
    },
    60 * MINUTES,
  );

  it(
    'writes one deflated entry of 12 GiB',
    async () => {
      const sizes = [0, 12 * GIB, 0];
      await expectReadable(await build(sizes, 'deflate'), sizes);
    },
    60 * MINUTES,
  );

  it.each([GIB4 - 1, GIB4, GIB4 + 1])(
    'writes an entry at offset %d',
    async (offset) => {
      // The first entry ends where the second one begins. One of 4 GiB or more would have sizes of 64 bits.
      const first = offset - HEADER;
      expect(first).toBeLessThan(GIB4 - ZIP64_SIZES);
      const sizes = [first, 5, 0, 70_000];
      const path = await build(sizes, 'store');
      const entries = await readEntries([path], folder, paths, { maxSize: 1_000_000 });
      expectEntries(entries, ['ZipFile', 'Go', 'Python'], sizes);
      await rm(path);
    },
    5 * MINUTES,
  );

  it.each([65_535, 65_536, 100_000])(
    'writes %d entries',
    async (count) => {
      const sizes = Array.from({ length: count }, (_, i) => i % 3);
      await expectReadable(await build(sizes, 'store'), sizes);
    },
    5 * MINUTES,
  );
});
