import pMap from 'p-map';
import { LIMITS } from '../../archive/zip/limits.js';
import { planSegments } from '../../archive/zip/plan/plan-segments.js';
import type { PreparedFile } from '../../contract/files.js';
import { archiveContentType } from '../../contract/media-types.js';
import type { ArchivePlan, PlanArchiveInput } from '../../contract/segments.js';
import { archiveKey, planKey } from '../../storage/keys.js';
import type { ActivityContext } from '../as-activity.js';
import { newAttemptFolder } from '../attempt-folder.js';
import { loadChunks } from '../build/load-chunks.js';
import type { SegmentDependencies } from './dependencies.js';
import { asSequential } from './sequential-source.js';

/** Look-ups of checksums at once. */
const SUM_LOOKUPS = 16;

/**
 * Writes plan and archive into two folders, because publishing keeps only that of the archive.
 * @see SegmentActivities.planArchive
 */
export async function planArchive(
  deps: SegmentDependencies,
  { jobId, archive, createdAt, chunks }: PlanArchiveInput,
  context: ActivityContext,
): Promise<ArchivePlan> {
  if (deps.engine === 'streamed') return { kind: 'streamed' };
  const capabilities = await deps.capabilities();
  if (!capabilities.segments) return { kind: 'streamed' };
  const { signal } = context;
  const copies = deps.filesAreInStore && capabilities.copies && capabilities.copySums;
  const { files } = await loadChunks(deps.store, chunks, signal);
  const plan = planSegments((copies ? await withSums(deps, files) : files).map(asSequential), {
    compression: archive.compression,
    time: Math.floor(Date.parse(createdAt) / 1_000),
    copies,
    ...(deps.limits && { limits: deps.limits }),
  });
  const key = planKey(jobId, newAttemptFolder(context));
  await deps.store.write(key, Buffer.concat(plan.lines), { contentType: 'application/jsonl', signal });
  const upload = await deps.store.begin(
    archiveKey(jobId, newAttemptFolder(context), 'zip'),
    { contentType: archiveContentType('zip'), checked: capabilities.fullObjectChecked },
    signal,
  );
  const { partSize, tail, segments } = plan;
  return { kind: 'segments', upload: upload.ref, planKey: key, partSize, tail, segments };
}

/** Adds the checksums of large objects that an earlier archive read, so that the store can copy them. */
async function withSums(
  { sums, limits = LIMITS }: SegmentDependencies,
  files: readonly PreparedFile[],
): Promise<PreparedFile[]> {
  return pMap(
    files,
    async (file) => {
      const { source, crc32, size } = file;
      if (source.kind !== 'object' || crc32 !== null || size < limits.minCopy) return file;
      return { ...file, crc32: await sums.find(source) };
    },
    { concurrency: SUM_LOOKUPS },
  );
}
