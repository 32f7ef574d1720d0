import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LIMITS } from '../../../../src/archive/zip/limits.js';
import type { FileToPlan } from '../../../../src/archive/zip/plan/plan-entries.js';
import { type SegmentResult, writeSegment } from '../../../../src/archive/zip/segment/write-segment.js';
import { describeWith } from '../../../support/require-server.js';
import { ZipBench } from '../../../support/zip/build-zip.js';
import { readEntries, readerPrograms, testArchive } from '../../../support/zip/foreign-readers.js';
import { SparseUpload } from '../../../support/zip/sparse-upload.js';

const GIB4 = 2 ** 32;

/** An offset of 4 GiB - 1 is not to be had: headers are between. The unit tests of the headers have it. */
const SIZES = [GIB4 - 1, 0, 1, GIB4 + 1];

const programs = await readerPrograms();

describeWith(programs, 'ZIP engine beyond 4 GiB', (...paths) => {
  let folder: string;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'longhaul-zip64-'));
  });

  afterAll(async () => {
    await rm(folder, { recursive: true, force: true });
  });

  it.each(['store', 'deflate'] as const)(
    'writes archives that all programs read: %s',
    async (compression) => {
      const bench = new ZipBench([], { limits: LIMITS });
      bench.files.push(...SIZES.map(zeros));
      const upload = new SparseUpload();
      const path = join(folder, `${compression}.zip`);
      const plan = bench.plan({ compression });
      const reader = { read: async (_: unknown, __: unknown, into: Uint8Array) => void into.fill(0) };
      const results: SegmentResult[] = [];
      for (const segment of plan.segments)
        results.push(await writeSegment(segment, bench.segmentIo(plan, segment, { sink: upload, reader })));
      await bench.finish(plan, results, { sink: upload, complete: (parts) => upload.write(path, parts) });
      const entries = await readEntries([path], folder, paths);
      for (const name of ['ZipFile', 'ZipInputStream', 'Go', 'Python'])
        expect(entries.filter(({ reader: r }) => r === name).map(({ size }) => size)).toEqual(SIZES);
      await testArchive(path, paths);
      await rm(path);
    },
    900_000,
  );
});

function zeros(size: number, index: number): FileToPlan {
  const source = { kind: 'object', key: 'zeros', etag: 'e' } as const;
  return { index, fileId: index, name: `${index}`, size, contentType: null, source, crc32: null };
}
