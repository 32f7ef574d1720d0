import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import type { Compression } from '../../../../src/contract/job.js';
import { ZipBench } from '../../../support/zip/build-zip.js';
import { buildDisturbed, pauseOf } from '../../../support/zip/disturbed-build.js';
import { fileModels, random, testFile } from '../../../support/zip/random-files.js';
import { readZip } from '../../../support/zip/read-zip.js';
import { SMALL_LIMITS } from '../../../support/zip/small-limits.js';

const RUNS = Number(process.env['PROPERTY_RUNS'] ?? 60);

const compressions = fc.constantFrom<Compression>('store', 'deflate', 'auto');

/** Few part numbers leave room for one half. */
const cuts = fc.record({
  segmentBytes: fc.constantFrom(2_048, 4_096, 8_192, 100_000),
  segmentEntries: fc.constantFrom(1, 3, 5, 100),
  maxParts: fc.constantFrom(150, 10_000),
});

describe('ZIP engine', () => {
  it('gives the same files under any cut and fault', async () => {
    await fc.assert(
      fc.asyncProperty(fileModels, compressions, cuts, fc.nat(), async (models, compression, cut, seed) => {
        const files = models.map(testFile);
        const next = random(seed);
        const bench = new ZipBench(files, { limits: { ...SMALL_LIMITS, ...cut }, pause: pauseOf(next) });
        await buildDisturbed(bench, compression, next);
        const read = readZip(bench.upload.object!);
        expect(read.length).toBe(files.length);
        expect(read.every(({ bytes }, i) => bytes.equals(files[i]!.bytes))).toBe(true);
        expect(read.some(({ flags }) => (flags & 8) !== 0)).toBe(false);
      }),
      { numRuns: RUNS },
    );
  });

  it('gives stored archives the same bytes under any cut', async () => {
    await fc.assert(
      fc.asyncProperty(fileModels, cuts, fc.nat(), async (models, cut, seed) => {
        const files = models.map(testFile);
        const next = random(seed);
        const undisturbed = new ZipBench(files);
        const whole = await undisturbed.build({ compression: 'store', oneSegment: true, copies: false });
        const bench = new ZipBench(files, { limits: { ...SMALL_LIMITS, ...cut }, pause: pauseOf(next) });
        await buildDisturbed(bench, 'store', next);
        expect(bench.upload.object!.equals(whole)).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });

  it('leaves out lost files, and only those', async () => {
    await fc.assert(
      fc.asyncProperty(fileModels, compressions, cuts, fc.nat(), async (models, compression, cut, seed) => {
        const files = models.map(testFile);
        const next = random(seed);
        const bench = new ZipBench(files, { limits: { ...SMALL_LIMITS, ...cut }, pause: pauseOf(next) });
        files.forEach(({ bytes }, index) => {
          if (index > 0 && next() < 0.3) bench.reader.losses.set(index, Math.floor(next() * bytes.length));
        });
        const { lost, included } = await buildDisturbed(bench, compression, next);
        const lostNames = new Set(lost.map(({ index }) => index));
        const kept = files.filter((_, index) => !lostNames.has(index));
        const read = readZip(bench.upload.object!);
        expect(included).toBe(kept.length);
        expect(kept.every(({ bytes }, i) => bytes.equals(read[i]!.bytes))).toBe(true);
        expect(read.length).toBe(kept.length + (lost.length > 0 ? 1 : 0));
        expect(lost.every(({ index }) => bench.reader.losses.has(index))).toBe(true);
      }),
      { numRuns: RUNS },
    );
  });
});
