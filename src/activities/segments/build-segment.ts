import { parsePlanLines } from '../../archive/zip/plan/plan.js';
import { writeSegment } from '../../archive/zip/segment/write-segment.js';
import type { BuildSegmentInput, BuiltSegment } from '../../contract/segments.js';
import { jobPrefix } from '../../storage/keys.js';
import type { ActivityContext } from '../as-activity.js';
import { newAttemptFolder } from '../attempt-folder.js';
import type { SegmentDependencies } from './dependencies.js';
import { LostFiles } from './lost-files.js';
import { withPartMemory } from './part-memory.js';
import { SegmentMeter } from './segment-meter.js';
import { SegmentReader } from './segment-reader.js';

/** @see SegmentActivities.buildSegment */
export function buildSegment(
  deps: SegmentDependencies,
  input: BuildSegmentInput,
  context: ActivityContext,
): Promise<BuiltSegment> {
  const meter = new SegmentMeter(context, input);
  return withPartMemory(deps, input.plan.partSize, context.signal, () => build(deps, input, meter, context));
}

async function build(
  deps: SegmentDependencies,
  input: BuildSegmentInput,
  meter: SegmentMeter,
  context: ActivityContext,
): Promise<BuiltSegment> {
  const { jobId, plan, segment, onFileError, totalFiles } = input;
  const { signal, attempt } = context;
  const reader = new SegmentReader(deps.files, deps.source, meter, segment.slice);
  try {
    const result = await writeSegment(segment, {
      entries: input.isLeftOut ? [] : await entriesOf(deps, input, signal),
      partSize: plan.partSize,
      half: meter.snapshot().tries % 2 === 1 ? 0 : 1,
      prefix: `${newAttemptFolder(context)}/`,
      sink: deps.store.openUpload(plan.upload),
      side: deps.sideObjects(jobPrefix(jobId), await deps.capabilities(signal)),
      reader,
      onReadError: new LostFiles(onFileError, totalFiles, context).onReadError,
      buffers: deps.buffers,
      signal,
      onProgress: (bytes) => meter.reachBytes(bytes),
      ...(deps.limits && { limits: deps.limits }),
    });
    return { ...result, attempt };
  } finally {
    reader.close();
  }
}

async function entriesOf({ store }: SegmentDependencies, input: BuildSegmentInput, signal: AbortSignal) {
  const { start, end } = input.segment.lines;
  const lines = Buffer.allocUnsafe(end - start);
  await store.readInto(input.plan.planKey, { etag: '', start, end }, lines, signal);
  return parsePlanLines(lines);
}
