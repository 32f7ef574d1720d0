import type { Compression } from '../../../src/contract/job.js';
import type { FinishedArchive } from '../../../src/archive/zip/finish/finish-archive.js';
import type { Plan, SegmentPlan } from '../../../src/archive/zip/plan/plan.js';
import { type SegmentResult, writeSegment } from '../../../src/archive/zip/segment/write-segment.js';
import type { ZipBench } from './build-zip.js';

/** Waits for up to three turns of the event loop, so that requests end in any order. */
export function pauseOf(next: () => number): () => Promise<void> {
  return async () => {
    for (let turns = Math.floor(next() * 4); turns > 0; turns--)
      await new Promise((resolve) => setImmediate(resolve));
  };
}

/** Builds segments in any order, with half of the attempts killed at any moment, and finishes twice. */
export async function buildDisturbed(
  bench: ZipBench,
  compression: Compression,
  next: () => number,
): Promise<FinishedArchive> {
  const plan = bench.plan({ compression });
  const order = plan.segments.map((segment) => ({ segment, at: next() })).toSorted((a, b) => a.at - b.at);
  const results: SegmentResult[] = [];
  for (const { segment } of order) results.push(await writeDisturbed(bench, plan, segment, next));
  const finished = await bench.finish(plan, results);
  const again = await bench.finish(plan, results, { isRepeated: true });
  if (again.crc32 !== finished.crc32) throw new Error('The repeated finish tells another sum');
  if (bench.buffersOut !== 0) throw new Error(`${bench.buffersOut} buffers did not come back`);
  return finished;
}

async function writeDisturbed(
  bench: ZipBench,
  plan: Plan,
  segment: SegmentPlan,
  next: () => number,
): Promise<SegmentResult> {
  for (let attempt = 0; ; attempt++) {
    const kill = new AbortController();
    let steps = attempt < 3 && next() < 0.5 ? Math.floor(next() * 12) : Infinity;
    const io = bench.segmentIo(plan, segment, {
      half: attempt % 2 === 0 ? 0 : 1,
      prefix: `segment-${segment.index}-${attempt}/`,
      signal: kill.signal,
      onProgress: () => {
        steps -= 1;
        if (steps < 0) kill.abort(new Error('killed'));
      },
    });
    try {
      return await writeSegment(segment, io);
    } catch (error) {
      if (error !== kill.signal.reason) throw error;
    }
  }
}
