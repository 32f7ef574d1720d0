import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import type { Compression } from '../../../../src/contract/job.js';
import { describeWith } from '../../../support/require-server.js';
import { type TestFile, ZipBench } from '../../../support/zip/build-zip.js';
import { buildDisturbed, pauseOf } from '../../../support/zip/disturbed-build.js';
import {
  type ForeignEntry,
  readEntries,
  readerPrograms,
  testArchive,
} from '../../../support/zip/foreign-readers.js';
import { bytesOf, random } from '../../../support/zip/random-files.js';

/** Sliced, copied, small, empty and deflated files, a fragment before a head, and names of all kinds. */
const FILES: TestFile[] = [
  { name: 'first.txt', bytes: bytesOf(40, 'text') },
  { name: 'sliced.txt', bytes: bytesOf(14_000, 'text') },
  { name: 'empty', bytes: Buffer.alloc(0) },
  { name: 'thin.txt', bytes: bytesOf(16_000, 'zeros') },
  ...Array.from({ length: 12 }, (_, i) => ({ name: `small/${i}.bin`, bytes: bytesOf(i * 97, 'noise', i) })),
  { name: 'stream.json', bytes: bytesOf(9_000, 'text', 3), source: 'stream' },
  { name: 'größe/日本語.jpg', bytes: bytesOf(3_000, 'noise', 4), crc32: crc32(bytesOf(3_000, 'noise', 4)) },
  { name: 'copied.png', bytes: bytesOf(5_000, 'noise', 5), crc32: crc32(bytesOf(5_000, 'noise', 5)) },
];

const CASES = (['store', 'deflate', 'auto'] satisfies Compression[]).flatMap((compression) =>
  [1, 2].map((seed) => ({ compression, seed })),
);

const programs = await readerPrograms();

describeWith(programs, 'ZIP engine', (...paths) => {
  let folder: string;
  let archives: string[];
  let entries: ForeignEntry[];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-zip-'));
    archives = [];
    for (const { compression, seed } of CASES) {
      const next = random(seed);
      const bench = new ZipBench(FILES, { pause: pauseOf(next) });
      await buildDisturbed(bench, compression, next);
      const path = join(folder, `${compression}-${seed}.zip`);
      await writeFile(path, bench.upload.object!);
      archives.push(path);
    }
    const many = new ZipBench(
      Array.from({ length: 65_535 }, (_, i) => ({ name: `${i}`, bytes: Buffer.alloc(0) })),
    );
    const path = join(folder, 'many.zip');
    await writeFile(path, await many.build({ compression: 'store', oneSegment: true }));
    archives.push(path);
    entries = await readEntries(archives, folder, paths);
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['ZipFile', 'ZipInputStream', 'Go', 'Python'])('writes archives that %s reads', (reader) => {
    const expected = FILES.map(({ name, bytes }) => ({ name, size: bytes.length, crc32: crc32(bytes) }));
    for (const archive of archives.slice(0, -1)) {
      const read = entries.filter((entry) => entry.archive === archive && entry.reader === reader);
      // ZipInputStream reads in the order of the local headers.
      expect(read.map(({ name, size, crc32: sum }) => ({ name, size, crc32: sum })).toSorted(byName)).toEqual(
        expected.toSorted(byName),
      );
    }
    expect(
      entries.filter(({ archive, reader: r }) => archive === archives.at(-1) && r === reader).length,
    ).toBe(65_535);
  });

  it('writes archives that unzip, 7z and bsdtar read', async () => {
    for (const archive of archives) await expect(testArchive(archive, paths)).resolves.toBeUndefined();
  });
});

function byName(a: { name: string }, b: { name: string }): number {
  return a.name < b.name ? -1 : 1;
}
