import { crc32 } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { type SegmentResult, writeSegment } from '../../../../src/archive/zip/segment/write-segment.js';
import { type TestFile, ZipBench } from '../../../support/zip/build-zip.js';
import { bytesOf } from '../../../support/zip/random-files.js';
import { directoryOf, readZip } from '../../../support/zip/read-zip.js';
import { SMALL_LIMITS } from '../../../support/zip/small-limits.js';

const noise = (size: number, seed = 1) => bytesOf(size, 'noise', seed);

function known(name: string, bytes: Buffer, sum = crc32(bytes)): TestFile {
  return { name, bytes, crc32: sum };
}

function contentOf(bench: ZipBench): Record<string, Buffer> {
  return Object.fromEntries(readZip(bench.upload.object!).map(({ name, bytes }) => [name, bytes]));
}

async function writeAll(bench: ZipBench, plan: ReturnType<ZipBench['plan']>): Promise<SegmentResult[]> {
  return Promise.all(plan.segments.map((segment) => writeSegment(segment, bench.segmentIo(plan, segment))));
}

/** Starts an attempt whose parts arrive only when `land` is called, and kills it. */
async function zombie(
  bench: ZipBench,
  plan: ReturnType<ZipBench['plan']>,
): Promise<{ land(): Promise<void> }> {
  const kill = new AbortController();
  const late: (() => Promise<unknown>)[] = [];
  const sink = {
    ...bench.segmentIo(plan, plan.segments[0]!).sink,
    sendPart: async (number: number) => {
      const rubbish = noise(300, 9);
      late.push(() => bench.upload.sendPart(number, [rubbish], crc32(rubbish)));
      kill.abort(new Error('killed'));
      throw kill.signal.reason;
    },
    copyPart: bench.upload.copyPart.bind(bench.upload),
  };
  const io = bench.segmentIo(plan, plan.segments[0]!, {
    sink,
    half: 0,
    prefix: 'zombie/',
    signal: kill.signal,
  });
  await expect(writeSegment(plan.segments[0]!, io)).rejects.toThrow('killed');
  return {
    land: async () => {
      for (const part of late) await part();
    },
  };
}

describe('ZIP engine', () => {
  it('survives late parts of an attempt before', async () => {
    const bench = new ZipBench([{ name: 'a', bytes: noise(3_000) }]);
    const plan = bench.plan({ compression: 'store' });
    const before = await zombie(bench, plan);
    const result = await writeSegment(
      plan.segments[0]!,
      bench.segmentIo(plan, plan.segments[0]!, { half: 1 }),
    );
    await before.land();
    await bench.finish(plan, [result]);
    expect(contentOf(bench)['a']!.equals(noise(3_000))).toBe(true);
  });

  it('fails rather than takes an overwritten part', async () => {
    const bench = new ZipBench([{ name: 'a', bytes: noise(3_000) }]);
    const plan = bench.plan({ compression: 'store' });
    const before = await zombie(bench, plan);
    const results = await writeAll(bench, plan);
    await before.land();
    await expect(bench.finish(plan, results)).rejects.toThrow('InvalidPart');
  });

  it('sends a small rest with the held part', async () => {
    // One full part, and 100 bytes.
    const bench = new ZipBench([{ name: 'a', bytes: noise(1_600) }]);
    const plan = bench.plan({ compression: 'store' });
    await writeAll(bench, plan);
    expect([...bench.upload.parts.values()].map(({ length }) => length)).toEqual([1_640]);
  });

  it('leaves a small segment to the finish', async () => {
    const bench = new ZipBench([{ name: 'a', bytes: bytesOf(3_000, 'zeros') }]);
    const plan = bench.plan({ compression: 'deflate' });
    const results = await writeAll(bench, plan);
    expect(bench.upload.parts.size).toBe(0);
    await bench.finish(plan, results);
    expect([...bench.upload.parts.keys()]).toEqual([plan.tail]);
  });

  it('keeps the order around a small segment', async () => {
    const files = [
      known('a', noise(9_000)),
      { name: 'b', bytes: noise(9) },
      { name: 'c', bytes: noise(9_000, 2) },
    ];
    const bench = new ZipBench(files);
    await bench.build({ compression: 'store', copies: false });
    const read = readZip(bench.upload.object!);
    expect(read.toSorted((a, b) => a.offset - b.offset).map(({ name }) => name)).toEqual(['a', 'b', 'c']);
  });

  it('stores the first blocks of a thin slice', async () => {
    const bytes = bytesOf(60_000, 'zeros');
    const bench = new ZipBench([{ name: 'thin', bytes }]);
    const plan = bench.plan({ compression: 'deflate' });
    const results = await writeAll(bench, plan);
    expect(results.every(({ size }) => size >= SMALL_LIMITS.minPart)).toBe(true);
    await bench.finish(plan, results);
    expect(contentOf(bench)['thin']!.equals(bytes)).toBe(true);
  });

  it('joins bytes between copied files in the store', async () => {
    const files = [1, 2, 3].flatMap((i) => [
      known(`${i}.png`, noise(4_000, i)),
      { name: `${i}`, bytes: noise(20) },
    ]);
    const bench = new ZipBench(files);
    await bench.build({ compression: 'store' });
    expect(contentOf(bench)['3.png']!.equals(noise(4_000, 3))).toBe(true);
    // The small files, and one beginning: each copied file sends headers alone.
    expect(bench.reader.bytesRead).toBeLessThanOrEqual(3 * 20 + SMALL_LIMITS.minPart);
  });

  it('reads ends of copied files without joints', async () => {
    const bench = new ZipBench([1, 2, 3].map((i) => known(`${i}.png`, noise(4_000, i))));
    bench.side.joint = undefined as never;
    await bench.build({ compression: 'store' });
    expect(contentOf(bench)['2.png']!.equals(noise(4_000, 2))).toBe(true);
    expect(bench.reader.bytesRead).toBe(3 * SMALL_LIMITS.minPart - headerSize(3));
  });

  it.each(['with', 'without'])('counts each file once, %s joints', async (joints) => {
    const bench = new ZipBench([
      known('a.png', noise(4_000)),
      known('b.png', noise(4_000, 2)),
      { name: 'empty', bytes: noise(0) },
      { name: 'small', bytes: noise(9) },
      { name: 'sliced', bytes: noise(20_000) },
      { name: 'stream', bytes: noise(3_000), source: 'stream' },
    ]);
    if (joints === 'without') bench.side.joint = undefined as never;
    await bench.build({ compression: 'store' });
    expect(bench.reader.filesEnded).toBe(6);
  });

  it('has sums and sizes in the header of slices', async () => {
    const bench = new ZipBench([{ name: 'sliced', bytes: bytesOf(20_000, 'text') }]);
    await bench.build({ compression: 'auto' });
    const archive = bench.upload.object!;
    expect(archive.readUInt16LE(6) & 8).toBe(0);
    expect(archive.readUInt32LE(14)).toBe(crc32(bytesOf(20_000, 'text')));
    expect(archive.readUInt32LE(22)).toBe(20_000);
  });

  it('leaves out all slices of a lost file', async () => {
    const bench = new ZipBench([
      { name: 'lost', bytes: noise(20_000) },
      { name: 'kept', bytes: noise(600) },
    ]);
    bench.reader.losses.set(0, 15_000);
    await bench.build({ compression: 'store' });
    expect(Object.keys(contentOf(bench))).toEqual(['kept', '_manifest.json']);
  });

  it('finishes without the sources', async () => {
    const bench = new ZipBench([
      { name: 'sliced', bytes: noise(20_000) },
      { name: 'small', bytes: noise(3) },
    ]);
    const plan = bench.plan({ compression: 'store' });
    const results = await writeAll(bench, plan);
    bench.objects.clear();
    await bench.finish(plan, results);
    expect(contentOf(bench)['sliced']!.equals(noise(20_000))).toBe(true);
  });

  it('reads files whose known sum is wrong', async () => {
    const bench = new ZipBench([known('a.png', noise(4_000), 12_345), known('b.png', noise(4_000, 2))]);
    await bench.build({ compression: 'store' });
    expect(contentOf(bench)['a.png']!.equals(noise(4_000))).toBe(true);
    expect(bench.reader.bytesRead).toBeGreaterThanOrEqual(8_000);
  });

  it.each([
    ['a wrong sum of a copied range', 'file', 7],
    ['no sum of a copied range', 'file', null],
    ['a wrong sum of a joint', 'joint', 7],
    ['a wrong sum of the end in a joint', 'end', 7],
  ])('reads files when the store tells %s', async (_, about, told) => {
    const bench = new ZipBench([known('a.png', noise(4_000)), known('b.png', noise(4_000, 2))]);
    const copyPart = bench.upload.copyPart.bind(bench.upload);
    const joint = bench.side.joint.bind(bench.side);
    bench.upload.copyPart = async (number, source, range) => {
      const part = await copyPart(number, source, range);
      return source.key.includes(about) ? { ...part, crc32: told } : part;
    };
    bench.side.joint = async (...args) => {
      const joined = await joint(...args);
      return about === 'end' ? { ...joined, copiedCrc32: told } : joined;
    };
    await bench.build({ compression: 'store' });
    expect(contentOf(bench)['b.png']!.equals(noise(4_000, 2))).toBe(true);
    expect(bench.reader.bytesRead).toBeGreaterThanOrEqual(8_000);
  });

  it('stores blocks of a slice that would not shrink', async () => {
    const bench = new ZipBench([{ name: 'noise', bytes: noise(10_240) }]);
    await bench.build({ compression: 'auto' });
    const [entry] = readZip(bench.upload.object!);
    // Five bytes for each block, and one block more for each slice.
    expect(entry!.packed).toBeLessThanOrEqual(10_240 + 5 * (10_240 / SMALL_LIMITS.block + 3));
  });

  it('has part numbers for bytes that deflate expands', async () => {
    // Headers of blocks so small add more than the numbers in reserve hold.
    const limits = { ...SMALL_LIMITS, block: 32, partSize: 16_384, largePart: 32_768 };
    const bench = new ZipBench([{ name: 'noise', bytes: noise(400_000), source: 'stream' }], { limits });
    await bench.build({ compression: 'deflate', oneSegment: true });
    expect(readZip(bench.upload.object!)[0]!.packed).toBeGreaterThan(400_000 + 4 * limits.partSize);
  });

  it('fails past its part numbers', async () => {
    const bench = new ZipBench([{ name: 'a', bytes: noise(20_000), source: 'stream' }]);
    const plan = bench.plan({ compression: 'store' });
    const segment = { ...plan.segments[0]!, numbers: { first: 1, count: 2, halves: 1 as const } };
    await expect(writeSegment(segment, bench.segmentIo(plan, segment))).rejects.toThrow('All 2 part numbers');
    expect([...bench.upload.parts.keys()].every((number) => number <= 2)).toBe(true);
  });

  it('uses four buffers at most in a segment', async () => {
    let most = 0;
    const bench: ZipBench = new ZipBench([{ name: 'a', bytes: noise(30_000) }], {
      pause: async () => {
        most = Math.max(most, bench.buffersOut);
        for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
      },
    });
    await bench.build({ compression: 'store', oneSegment: true });
    expect(most).toBe(4);
    expect(bench.buffersOut).toBe(0);
  });

  it('waits for no buffer of another segment', async () => {
    const bench = new ZipBench([{ name: 'a', bytes: noise(40_000) }]);
    const plan = bench.plan({ compression: 'store' });
    const stop = new AbortController();
    const sendPart = () =>
      new Promise<never>((_, reject) =>
        stop.signal.addEventListener('abort', () => reject(stop.signal.reason as Error)),
      );
    const [first, ...others] = plan.segments;
    const sink = { sendPart, copyPart: sendPart };
    const stuck = writeSegment(first!, bench.segmentIo(plan, first!, { sink, signal: stop.signal }));
    const failure = stuck.catch((error: unknown) => error);
    for (const segment of others) await writeSegment(segment, bench.segmentIo(plan, segment));
    expect(bench.buffersOut).toBeGreaterThan(0);
    stop.abort(new Error('stopped'));
    expect(await failure).toBe(stop.signal.reason);
    expect(bench.buffersOut).toBe(0);
  });

  it('accepts a completion that answered with an error', async () => {
    const bench = new ZipBench([{ name: 'a', bytes: noise(3_000) }]);
    const plan = bench.plan({ compression: 'store' });
    const results = await writeAll(bench, plan);
    const complete = async (
      ...[parts, { crc32: sum }]: Parameters<ReturnType<ZipBench['finishIo']>['complete']>
    ) => {
      bench.upload.complete(parts, sum);
      throw new Error('500');
    };
    const finished = await bench.finish(plan, results, { complete });
    expect(finished.size).toBe(bench.upload.object!.length);
    expect(finished.crc32).toBe(crc32(bench.upload.object!));
  });

  it('sends nothing again after completion', async () => {
    const bench = new ZipBench([{ name: 'a', bytes: noise(9_000) }]);
    const plan = bench.plan({ compression: 'store' });
    const results = await writeAll(bench, plan);
    const first = await bench.finish(plan, results);
    const sent = bench.upload.bytesSent;
    expect(await bench.finish(plan, results, { isRepeated: true })).toEqual(first);
    expect(bench.upload.bytesSent).toBe(sent);
  });

  it('fails when another object is under the key', async () => {
    const bench = new ZipBench([{ name: 'a', bytes: noise(3_000) }]);
    const plan = bench.plan({ compression: 'store' });
    const results = await writeAll(bench, plan);
    const io = { complete: () => Promise.reject(new Error('NoSuchUpload')), storedSize: async () => 17 };
    await expect(bench.finish(plan, results, io)).rejects.toThrow('NoSuchUpload');
  });

  it('fails when no file is left', async () => {
    const bench = new ZipBench([{ name: 'a', bytes: noise(3_000) }]);
    bench.reader.losses.set(0, 0);
    await expect(bench.build({ compression: 'store' })).rejects.toMatchObject({ code: 'NO_FILES_AVAILABLE' });
  });

  it('begins a file again that was lost midway', async () => {
    const bench = new ZipBench([
      known('a', noise(600)),
      { name: 'lost', bytes: noise(2_000) },
      known('b', noise(600)),
    ]);
    bench.reader.losses.set(1, 1_500);
    await bench.build({ compression: 'store', oneSegment: true });
    expect(Object.keys(contentOf(bench))).toEqual(['a', 'b', '_manifest.json']);
  });

  it.each([65_534, 65_535, 65_536])('writes %d entries', async (count) => {
    const bench = new ZipBench(
      Array.from({ length: count }, (_, i) => ({ name: `${i}`, bytes: Buffer.alloc(0) })),
    );
    const archive = await bench.build({ compression: 'store', oneSegment: true });
    expect(directoryOf(archive).entries).toBe(count);
  });
});

function headerSize(nameSize: number): number {
  return 30 + 9 + nameSize + 2;
}
