import { finishArchive as finish, type FinishedArchive } from '../../archive/zip/finish/finish-archive.js';
import type { MissingFile } from '../../contract/files.js';
import type { FinishArchiveInput } from '../../contract/segments.js';
import type { BuiltArchive } from '../../contract/snapshot.js';
import { jobPrefix } from '../../storage/keys.js';
import type { ActivityContext } from '../as-activity.js';
import { crc32Text } from '../checksum-text.js';
import { BuildOutcome } from '../build/build-outcome.js';
import { loadChunks } from '../build/load-chunks.js';
import { writeOutcomes } from '../build/write-outcomes.js';
import { entryTime } from './entry-time.js';
import { manifestOf } from './manifest-of.js';
import type { SegmentDependencies } from './dependencies.js';
import { noteSums } from './note-sums.js';
import { planEntries } from './plan-lines.js';
import { storedSize } from './stored-size.js';
import { canCopy } from './with-sums.js';

/** @see SegmentActivities.finishArchive */
export async function finishArchive(
  deps: SegmentDependencies,
  input: FinishArchiveInput,
  context: ActivityContext,
): Promise<BuiltArchive> {
  const { signal, attempt } = context;
  const { key } = input.plan.upload;
  const { missing } = await loadChunks(deps.store, input.chunks, signal);
  const totalFiles = input.chunks.reduce((sum, chunk) => sum + chunk.count, 0);
  const archive = await joined(deps, input, { missing, totalFiles }, context);
  const outcome = await outcomeOf(deps, input, [...missing, ...archive.lost], signal);
  await writeOutcomes(deps.store, key, outcome, signal);
  return { key, size: archive.size, checksum: crc32Text(archive.crc32), ...outcome.totals(), attempt };
}

async function joined(
  deps: SegmentDependencies,
  { jobId, plan, segments, createdAt, isRepeated }: FinishArchiveInput,
  { missing, totalFiles }: { missing: MissingFile[]; totalFiles: number },
  { signal, attempt }: ActivityContext,
): Promise<FinishedArchive> {
  const upload = deps.store.openUpload(plan.upload);
  const capabilities = await deps.capabilities(signal);
  const side = deps.sideObjects(jobPrefix(jobId), capabilities);
  const archive = await finish(segments, {
    plan,
    sink: upload,
    side,
    buffers: deps.buffers,
    signal,
    manifest: manifestOf(jobId, missing, totalFiles),
    time: entryTime({ createdAt }),
    complete: async (parts, { crc32 }) => void (await upload.complete(parts, crc32, signal)),
    storedSize: () => storedSize(deps.store, plan.upload.key, signal),
    isRepeated: isRepeated || attempt > 1,
    ...(deps.limits && { limits: deps.limits }),
  });
  const entries = planEntries(deps.store, plan.planKey, signal);
  if (canCopy(deps, capabilities)) await noteSums(deps, { segments, entries, side }, signal);
  return archive;
}

async function outcomeOf(
  { store }: SegmentDependencies,
  { plan }: FinishArchiveInput,
  missing: readonly MissingFile[],
  signal: AbortSignal,
): Promise<BuildOutcome> {
  const outcome = new BuildOutcome(missing);
  const lost = new Set(missing.map(({ index }) => index));
  for await (const { index, fileId, name, size } of planEntries(store, plan.planKey, signal))
    if (!lost.has(index)) outcome.included.push({ index, fileId, name, size });
  return outcome;
}
