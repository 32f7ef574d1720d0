import { missingManifest } from '../../archive/missing-manifest.js';
import { finishArchive as finish, type FinishedArchive } from '../../archive/zip/finish/finish-archive.js';
import { errorCodeOf } from '../../contract/errors.js';
import type { MissingFile } from '../../contract/files.js';
import type { FinishArchiveInput } from '../../contract/segments.js';
import type { BuiltArchive } from '../../contract/snapshot.js';
import { jobPrefix } from '../../storage/keys.js';
import type { ActivityContext } from '../as-activity.js';
import { assertNotInBulk } from '../build/assert-not-in-bulk.js';
import { BuildOutcome } from '../build/build-outcome.js';
import { loadChunks } from '../build/load-chunks.js';
import { writeOutcomes } from '../build/write-outcomes.js';
import type { SegmentDependencies } from './dependencies.js';
import { noteSums } from './note-sums.js';
import { planEntries } from './plan-lines.js';

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
  const checksum = `crc32:${archive.crc32.toString(16).padStart(8, '0')}`;
  return { key, size: archive.size, checksum, ...outcome.totals(), attempt };
}

async function joined(
  deps: SegmentDependencies,
  { jobId, plan, segments, createdAt, isRepeated }: FinishArchiveInput,
  { missing, totalFiles }: { missing: MissingFile[]; totalFiles: number },
  { signal, attempt }: ActivityContext,
): Promise<FinishedArchive> {
  const upload = deps.store.openUpload(plan.upload);
  const side = deps.sideObjects(jobPrefix(jobId), await deps.capabilities());
  const archive = await finish(segments, {
    plan,
    sink: upload,
    side,
    buffers: deps.buffers,
    signal,
    manifest: (included, lost) => {
      const all = [...missing, ...lost].toSorted((a, b) => a.index - b.index);
      assertNotInBulk(all, totalFiles);
      return all.length > 0 ? missingManifest(jobId, included, all) : null;
    },
    time: Math.floor(Date.parse(createdAt) / 1_000),
    complete: async (parts, { crc32 }) => void (await upload.complete(parts, crc32, signal)),
    storedSize: () => storedSize(deps, plan.upload.key, signal),
    isRepeated: isRepeated || attempt > 1,
    ...(deps.limits && { limits: deps.limits }),
  });
  if (deps.filesAreInStore) await noteSums(deps, { segments, planKey: plan.planKey, side }, signal);
  return archive;
}

async function storedSize(
  { store }: SegmentDependencies,
  key: string,
  signal: AbortSignal,
): Promise<number | null> {
  try {
    return (await store.head(key, signal)).size;
  } catch (error) {
    if (errorCodeOf(error) === 'FILE_NOT_FOUND') return null;
    throw error;
  }
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
